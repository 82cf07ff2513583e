import { describe, expect, it } from 'vitest'
import { configMap, secret, workload } from '../../support/api-server/objects.js'
import { apiServer, type Server } from '../../support/api-server/start.js'
import { adopted, startController } from './process.js'
import { change, envFrom, templatesOf } from './rig.js'

const patient = { timeout: 30_000 }

/** Names of the pods of a workload: other names are other pods. */
const podsOf = (server: Server, plural: string, name: string): readonly string[] =>
  server.workloads.podsOf(plural, 'default', name).map(({ metadata }) => metadata.uid ?? '')

/** The set-up as published: each way to ask, each kind of workload. */
const published = async (): Promise<Server> => {
  const server = await apiServer()
  server.store.create('configmaps', configMap('foo', { database: 'mongodb' }))
  server.store.create('secrets', secret('bar', { password: 'x' }))
  const marked = configMap('marked', { a: '1' })
  marked.metadata.annotations = { 'reloader.stakater.com/match': 'true' }
  server.store.create('configmaps', marked)
  const both = envFrom('foo', 'bar')
  server.store.create(
    'deployments',
    workload({
      name: 'auto',
      annotations: { 'reloader.stakater.com/auto': 'true' },
      template: { spec: both },
    }),
  )
  server.store.create(
    'statefulsets',
    workload({
      name: 'search',
      annotations: { 'reloader.stakater.com/search': 'true' },
      template: { spec: envFrom('marked', 'bar') },
    }),
  )
  server.store.create(
    'daemonsets',
    workload({
      name: 'named',
      annotations: {
        'configmap.reloader.stakater.com/reload': 'foo, other-.*',
        'secret.reloader.stakater.com/reload': 'bar',
      },
    }),
  )
  server.store.create('deployments', workload({ name: 'silent', template: { spec: both } }))
  await server.workloads.settled()
  return server
}

describe('S3: rolling upgrades by annotation', () => {
  it('replaces the pods of those that ask, in each of the published ways', async () => {
    const server = await published()
    const before = podsOf(server, 'deployments', 'auto')
    expect(before).toHaveLength(2)
    const controller = await startController(server, ['--coalesce', '200ms:2s'])
    await adopted(server, 3)
    change(server, 'foo', { database: 'postgres' })
    await expect.poll(() => controller.said('workload complete'), patient).toBe(2)
    const after = podsOf(server, 'deployments', 'auto')
    expect(after).toHaveLength(2)
    expect(after.filter((uid) => before.includes(uid))).toEqual([])
    const generations = (): object => ({
      auto: templatesOf(server, 'auto'),
      search: templatesOf(server, 'search', 'statefulsets'),
      named: templatesOf(server, 'named', 'daemonsets'),
      silent: templatesOf(server, 'silent'),
    })
    expect(generations()).toEqual({ auto: 2, search: 1, named: 2, silent: 1 })
    const marked = server.store.get('configmaps', 'default', 'marked')
    const { resourceVersion: _, ...metadata } = marked.metadata
    server.store.replace('configmaps', { ...marked, metadata, data: { a: '2' } })
    await expect.poll(() => controller.said('workload complete', 'statefulset/search'), patient).toBe(1)
    server.store.replace('secrets', secret('bar', { password: 'y' }))
    await expect.poll(() => controller.said('workload complete'), patient).toBe(5)
    expect(generations()).toEqual({ auto: 3, search: 2, named: 3, silent: 1 })
    const events = server.store
      .list('events')
      .map((event) => `${String(event['reason'])}: ${String(event['message'])}`)
    expect(events.find((text) => text.startsWith('ConfigRolled: rolls for configmap/foo'))).toMatch(
      /rolls for configmap\/foo \(database\); digest [0-9a-f]{16}$/,
    )
    const told = JSON.stringify([events, controller.log(), server.store.list('deployments')])
    for (const value of ['mongodb', 'postgres', Buffer.from('y').toString('base64')])
      expect(told).not.toContain(value)
  }, 60_000)

  it('can leave all Secrets alone, or all ConfigMaps', async () => {
    const server = await published()
    const controller = await startController(server, [
      '--resources-to-ignore',
      'Secrets',
      '--coalesce',
      '200ms:2s',
    ])
    await adopted(server, 3)
    server.store.replace('secrets', secret('bar', { password: 'y' }))
    change(server, 'foo', { database: 'postgres' })
    await expect.poll(() => controller.said('workload complete'), patient).toBe(2)
    expect(server.counts.all()).not.toHaveProperty('list secrets')
    expect(templatesOf(server, 'auto')).toBe(2)
  }, 60_000)
})
