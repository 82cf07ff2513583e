import { describe, expect, it } from 'vitest'
import { openController, usualOptions } from '../../../packages/adapters/src/controller/open-controller.js'
import { openMetrics } from '../../../packages/adapters/src/controller/metrics.js'
import { configMap, secret } from '../../support/api-server/objects.js'
import { clientOf } from '../../support/api-server/start.js'
import { rolling, shop } from './rig.js'

const manifest = 'kubectl.kubernetes.io/last-applied-configuration'

describe('what is kept of ConfigMaps and Secrets', () => {
  it('holds no value, not even of the manifest that kubectl leaves in an annotation', async () => {
    const server = await shop()
    const { metadata, ...rest } = secret('db', { password: 'hunter2' })
    const applied = JSON.stringify({ stringData: { password: 'hunter2' }, ...rest })
    const annotations = { [manifest]: applied, 'reloader.stakater.com/match': 'true' }
    server.store.create('secrets', { ...rest, metadata: { ...metadata, annotations } })
    server.store.create('configmaps', {
      ...configMap('web', { token: 'hunter2' }),
      metadata: { ...configMap('web', {}).metadata, annotations: { [manifest]: '{"token":"hunter2"}' } },
    })
    const { cluster } = await openController({ ...usualOptions, client: await clientOf(server) })
    try {
      await cluster.synced(new AbortController().signal)
      const kept = JSON.stringify([...cluster.resources.all()])
      expect(kept).toContain('"name":"db"')
      expect(kept).toContain('reloader.stakater.com/match')
      for (const value of ['hunter2', Buffer.from('hunter2').toString('base64')])
        expect(kept.includes(value)).toBe(false)
    } finally {
      await cluster.close()
    }
  })
})

describe('what is counted', () => {
  it('goes with the last workload of a namespace', async () => {
    const server = await shop()
    for (let index = 0; index < 30; index++)
      server.store.create('deployments', rolling('app', { namespace: `branch-${index}` }))
    const { cluster, controller } = await openController({ ...usualOptions, client: await clientOf(server) })
    const read = await openMetrics({ cluster, controller, isLeader: () => true })
    const ending = new AbortController()
    const running = controller.run(ending.signal).catch(() => undefined)
    const series = async (): Promise<number> => (await read()).body.match(/namespace="branch-/g)?.length ?? 0
    try {
      await expect.poll(series).toBe(30)
      for (let index = 0; index < 30; index++) server.store.remove('deployments', `branch-${index}`, 'app')
      await expect.poll(series).toBe(0)
      expect((await read()).body).toContain('namespace="default"')
    } finally {
      ending.abort()
      await running
      await cluster.close()
    }
  })
})
