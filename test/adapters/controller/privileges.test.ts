import { describe, expect, it } from 'vitest'
import type { Rule } from '../../support/api-server/access.js'
import { configMap, secret, workload } from '../../support/api-server/objects.js'
import { apiServer, type Server } from '../../support/api-server/start.js'
import { allowedBy, argsOf, rulesOf } from './manifests.js'
import { adopted, type ControllerProcess, startController } from './process.js'
import { change, envFrom, rolling } from './rig.js'

const patient = { timeout: 30_000 }
const quick = ['--coalesce', '100ms:2s']

/** One workload of each kind in the namespace shop, with a ConfigMap and a Secret. */
const shop = async (): Promise<Server> => {
  const server = await apiServer()
  server.store.create('configmaps', configMap('app', { a: '1' }, 'shop'))
  server.store.create('secrets', secret('db', { p: '1' }, 'shop'))
  for (const plural of ['deployments', 'statefulsets', 'daemonsets'])
    server.store.create(
      plural,
      rolling('app', { namespace: 'shop', template: { spec: envFrom('app', 'db') } }),
    )
  await server.workloads.settled()
  return server
}

const start = (
  server: Server,
  args: readonly string[],
  rules: readonly Rule[],
  namespace: string,
): Promise<ControllerProcess> =>
  startController(server, [...args, ...quick], { rules, namespace, env: { POD_NAMESPACE: namespace } })

const job = (name: string) => ({
  ...workload({ name, namespace: 'shop', annotations: { 'reloader.stakater.com/auto': 'true' } }),
  spec: { template: { spec: { ...envFrom('app'), restartPolicy: 'Never' } } },
})

/** What was allowed and not asked for, and the other way round. */
const differences = (server: Server, rules: readonly Rule[]): object => {
  const asked = Object.keys(server.counts.all())
  const allowed = allowedBy(rules)
  return {
    unused: allowed.filter((each) => !asked.includes(each)),
    missing: asked.filter((each) => !allowed.includes(each)),
  }
}

const none = { unused: [], missing: [] }

describe('the rights in deploy/controller', () => {
  it.each([
    ['cluster.yaml', 'hotmount'],
    ['namespaced.yaml', 'shop'],
  ])(
    '%s are enough, and none is too many',
    async (file, namespace) => {
      const server = await shop()
      const rules = rulesOf(file)
      const controller = await start(server, argsOf(file), rules, namespace)
      await adopted(server, 3)
      server.store.replace('secrets', secret('db', { p: '2' }, 'shop'))
      change(server, 'app', { a: '2' }, 'shop')
      await expect.poll(() => controller.said('workload complete'), patient).toBe(3)
      // The same Event again only counts up.
      await expect.poll(() => server.counts.of('create events'), patient).toBe(6)
      change(server, 'app', { a: '3' }, 'shop')
      await expect.poll(() => controller.said('workload complete'), patient).toBe(6)
      change(server, 'app', { a: '2' }, 'shop')
      await expect.poll(() => controller.said('workload complete'), patient).toBe(9)
      await expect.poll(() => server.counts.of('patch events'), patient).toBeGreaterThan(0)
      await expect.poll(() => server.counts.of('update leases'), patient).toBeGreaterThan(0)
      expect(differences(server, rules)).toEqual(none)
      expect(controller.said('trouble')).toBe(0)
    },
    90_000,
  )

  it('by-pods.yaml are enough without any of Secrets, and none is too many', async () => {
    const server = await shop()
    const rules = rulesOf('by-pods.yaml')
    expect(JSON.stringify(rules)).not.toContain('secrets')
    const report = (digest: string): void => {
      for (const pod of server.store.list('pods', 'shop')) {
        const { resourceVersion: _, ...metadata } = pod.metadata
        const annotations = { ...metadata.annotations, 'hotmount.dev/desired-digest': digest }
        server.store.replace('pods', { ...pod, metadata: { ...metadata, annotations } })
      }
    }
    report('a'.repeat(64))
    const controller = await start(server, argsOf('by-pods.yaml'), rules, 'shop')
    await adopted(server, 3)
    report('b'.repeat(64))
    await expect.poll(() => controller.said('workload complete'), patient).toBe(3)
    change(server, 'app', { a: '2' }, 'shop')
    await expect.poll(() => controller.said('workload complete'), patient).toBe(6)
    change(server, 'app', { a: '1' }, 'shop')
    await expect.poll(() => controller.said('workload complete'), patient).toBe(9)
    change(server, 'app', { a: '2' }, 'shop')
    await expect.poll(() => controller.said('workload complete'), patient).toBe(12)
    await expect.poll(() => server.counts.of('patch events'), patient).toBeGreaterThan(0)
    await expect.poll(() => server.counts.of('update leases'), patient).toBeGreaterThan(0)
    expect(differences(server, rules)).toEqual(none)
  }, 90_000)

  it('more-rights.yaml has what Argo, Jobs, CronJobs and namespaces need, and no more', async ({ skip }) => {
    const server = await shop()
    if (!server.store.knows('rollouts')) skip('this cluster has no Rollouts of Argo')
    server.store.create('namespaces', { metadata: { name: 'shop', labels: { team: 'web' } } })
    server.store.create('rollouts', rolling('app', { namespace: 'shop' }))
    server.store.create('jobs', job('import'))
    server.store.create('cronjobs', {
      ...job('nightly'),
      spec: { schedule: '0 3 * * *', jobTemplate: { spec: job('x').spec } },
    })
    const more = rulesOf('more-rights.yaml')
    const rules = [...rulesOf('cluster.yaml'), ...more]
    const args = [
      '--is-Argo-Rollouts',
      'true',
      '--rerun',
      'jobs,cronjobs',
      '--namespace-selector',
      'team:web',
    ]
    const controller = await start(server, args, rules, 'hotmount')
    await adopted(server, 6, ['deployments', 'statefulsets', 'daemonsets', 'rollouts', 'jobs', 'cronjobs'])
    change(server, 'app', { a: '2' }, 'shop')
    await expect.poll(() => controller.said('workload rolled'), patient).toBe(6)
    await expect.poll(() => server.counts.of('delete jobs'), patient).toBe(1)
    const unused = allowedBy(more).filter((each) => server.counts.of(each) === 0)
    expect(unused).toEqual([])
    expect(controller.said('workload failed')).toBe(0)
  }, 60_000)
})
