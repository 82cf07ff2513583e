import { describe, expect, it } from 'vitest'
import { openController, usualOptions } from '../../../packages/adapters/src/controller/open-controller.js'
import { configMap, secret } from '../../support/api-server/objects.js'
import { clientOf } from '../../support/api-server/start.js'
import { shop } from './rig.js'

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
