import { describe, expect, it } from 'vitest'
import { configMap } from '../../support/api-server/objects.js'
import type { Stored } from '../../support/api-server/kinds.js'
import { apiServer, type Server } from '../../support/api-server/start.js'
import { answer, webServer } from '../../support/web-server.js'
import { change, envFrom, templatesOf, rolling, run } from './rig.js'

const patient = { timeout: 10_000 }
const auto = { 'reloader.stakater.com/auto': 'true' }

const job = (name: string, more: object = {}): Stored => ({
  metadata: {
    name,
    namespace: 'default',
    annotations: auto,
    labels: { app: name },
  },
  spec: {
    backoffLimit: 2,
    template: {
      metadata: { labels: { app: name } },
      spec: { ...envFrom('app'), restartPolicy: 'Never' },
    },
    ...more,
  },
})
const cronJob = (name: string, more: object = {}): Stored => ({
  metadata: { name, namespace: 'default', annotations: auto },
  spec: {
    schedule: '0 3 * * *',
    jobTemplate: {
      metadata: { labels: { app: name } },
      spec: { template: { spec: { ...envFrom('app'), restartPolicy: 'Never' } } },
    },
    ...more,
  },
})

const withConfig = async (): Promise<Server> => {
  const server = await apiServer()
  server.store.create('configmaps', configMap('app', { a: '1' }))
  return server
}
const jobsOf = (server: Server): readonly string[] =>
  server.store.list('jobs').map(({ metadata }) => metadata.name)
const workloads = new Set(['Deployment', 'Job', 'CronJob'] as const)

describe('Jobs and CronJobs', () => {
  it('are left alone unless asked for', async () => {
    const server = await withConfig()
    server.store.create('jobs', job('import'))
    server.store.create('cronjobs', cronJob('nightly'))
    server.store.create('deployments', rolling('app'))
    const { said } = await run(server)
    await expect.poll(() => said('adopted')).toEqual(['adopted app'])
    change(server, 'app', { a: '2' })
    await expect.poll(() => said('rolled')).toEqual(['rolled app'])
    expect(jobsOf(server)).toEqual(['import'])
    expect(server.counts.of('list jobs')).toBe(0)
  })
  it('are run anew once, where that was asked for', async () => {
    const server = await withConfig()
    server.store.create('jobs', job('import'))
    server.store.create('cronjobs', cronJob('nightly'))
    const { said } = await run(server, { workloads })
    await expect.poll(() => said('adopted').length).toBe(2)
    change(server, 'app', { a: '2' })
    await expect.poll(() => said('rolled').length).toBe(2)
    await expect.poll(() => jobsOf(server).length).toBe(2)
    const [imported = '', nightly = ''] = jobsOf(server)
    expect([imported, nightly]).toEqual([
      expect.stringMatching(/^import-[0-9a-f]{8}$/),
      expect.stringMatching(/^nightly-[0-9a-f]{8}$/),
    ])
    const made = server.store.get('jobs', 'default', imported)
    expect(made.metadata.labels).toEqual({ app: 'import' })
    // With the selector of the first one, the server would not have taken it.
    expect(made['spec']).toMatchObject({
      backoffLimit: 2,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': made.metadata.uid } },
      template: {
        metadata: { labels: { app: 'import', 'job-name': imported } },
        spec: { ...envFrom('app'), restartPolicy: 'Never' },
      },
    })
    expect(server.store.get('jobs', 'default', nightly).metadata.ownerReferences).toMatchObject([
      { kind: 'CronJob', name: 'nightly', controller: true },
    ])
    change(server, 'app', { a: '3' })
    await expect.poll(() => said('rolled').length).toBe(4)
    await expect.poll(() => jobsOf(server).length).toBe(3)
    // Named after the first one, not after its successor.
    expect(jobsOf(server).filter((name) => /^import-[0-9a-f]{8}$/.test(name))).toHaveLength(1)
  })
  it.each(['10/30m', 'off'])(
    'are run for the way back, too, and back again (breaker: %s)',
    async (breaker) => {
      const server = await withConfig()
      const nightly = cronJob('nightly')
      const annotations = { ...nightly.metadata.annotations, 'hotmount.dev/breaker': breaker }
      server.store.create('cronjobs', { ...nightly, metadata: { ...nightly.metadata, annotations } })
      const { said } = await run(server, { workloads })
      await expect.poll(() => said('adopted').length).toBe(1)
      for (const [index, a] of ['2', '1', '2', '1'].entries()) {
        change(server, 'app', { a })
        await expect.poll(() => said('rolled').length).toBe(index + 1)
      }
      expect(jobsOf(server)).toHaveLength(4)
    },
  )
  it('are not run while they are suspended', async () => {
    const server = await withConfig()
    server.store.create('jobs', job('import', { suspend: true }))
    server.store.create('cronjobs', cronJob('nightly', { suspend: true }))
    const { said } = await run(server, { workloads })
    await expect.poll(() => said('adopted').length).toBe(2)
    change(server, 'app', { a: '2' })
    await expect.poll(() => said('rolled').length).toBe(2)
    expect(jobsOf(server)).toEqual(['import'])
  })
  it('are run once although the controller ended in between', async () => {
    const server = await withConfig()
    server.store.create('jobs', job('import'))
    const { said } = await run(server, { workloads })
    await expect.poll(() => said('adopted').length).toBe(1)
    server.faults.fail(1, 500, 'InternalError', { verb: 'delete' })
    server.faults.fail(1, 500, 'InternalError', { verb: 'delete' })
    change(server, 'app', { a: '2' })
    await expect.poll(() => said('rolled').length, patient).toBe(1)
    await expect.poll(() => jobsOf(server).length).toBe(1)
    expect(jobsOf(server)[0]).toMatch(/^import-[0-9a-f]{8}$/)
  })
  it('that a CronJob made are its own business', async () => {
    const server = await withConfig()
    server.store.create('deployments', rolling('app'))
    const made = job('nightly-1')
    const { uid = '' } = server.store.create('cronjobs', cronJob('nightly', { suspend: true })).metadata
    made.metadata.ownerReferences = [
      { apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly', uid, controller: true },
    ]
    server.store.create('jobs', made)
    const { said } = await run(server, { workloads })
    await expect.poll(() => said('adopted').length).toBe(2)
    change(server, 'app', { a: '2' })
    await expect.poll(() => said('rolled').length).toBe(2)
    expect(jobsOf(server)).toEqual(['nightly-1'])
  })
})

describe('a webhook', () => {
  it('is told instead, until it says yes, and which keys and workloads it is about', async () => {
    const server = await withConfig()
    server.store.create('deployments', rolling('app'))
    await server.workloads.settled()
    const web = await webServer([answer(503), answer(204)])
    const { said } = await run(server, { webhookUrl: `${web.url}/hook` })
    await expect.poll(() => said('adopted').length).toBe(1)
    change(server, 'app', { a: '2' })
    await expect.poll(() => said('rolled').length, patient).toBe(1)
    expect(said('failed')).toHaveLength(1)
    expect(templatesOf(server, 'app')).toBe(1)
    const [first, second] = web.heard
    expect(second).toMatchObject({ method: 'POST', path: '/hook', body: first?.body })
    expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key'])
    expect(JSON.parse(second?.body ?? '')).toEqual({
      workload: { kind: 'Deployment', namespace: 'default', name: 'app' },
      digest: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      changes: [{ resource: 'configmap/app', what: 'changed', keys: ['a'] }],
    })
  })
  it('is not told again what it took, by whoever comes next', async () => {
    const server = await withConfig()
    server.store.create('deployments', rolling('app'))
    const web = await webServer([answer(200)])
    const webhookUrl = `${web.url}/hook`
    const first = await run(server, { webhookUrl })
    await expect.poll(() => first.said('adopted').length).toBe(1)
    change(server, 'app', { a: '2' })
    await expect.poll(() => first.said('rolled').length).toBe(1)
    await first.stop()
    const second = await run(server, { webhookUrl })
    change(server, 'app', { a: '3' })
    await expect.poll(() => second.said('rolled').length).toBe(1)
    expect(web.heard).toHaveLength(2)
  })
})
