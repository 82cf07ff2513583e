import { resources } from '@hotmount/adapters/kubernetes'
import { describe, expect, it } from 'vitest'
import { configMap } from '../../support/api-server/objects.js'
import { apiServer, clientOf } from '../../support/api-server/start.js'

describe('a client', () => {
  it('creates, reads, changes and deletes', async () => {
    const server = await apiServer()
    const client = await clientOf(server)
    await client.create(resources.configMaps, { metadata: { name: 'app' }, data: { a: '1' } })
    expect((await client.get(resources.configMaps, { name: 'app' })).data).toEqual({ a: '1' })
    await client.patch(resources.configMaps, { name: 'app' }, { type: 'merge', body: { data: { b: '2' } } })
    expect(server.store.get('configmaps', 'default', 'app')['data']).toEqual({ a: '1', b: '2' })
    await client.delete(resources.configMaps, { name: 'app' })
    expect(server.store.list('configmaps')).toEqual([])
  })
  it('watches', async () => {
    const server = await apiServer({ tls: true })
    const client = await clientOf(server)
    const { resourceVersion } = await client.list(resources.configMaps)
    const stop = new AbortController()
    const seen: string[] = []
    server.store.create('configmaps', configMap('app', {}))
    for await (const event of client.watch(resources.configMaps, { resourceVersion, signal: stop.signal })) {
      seen.push(event.type)
      if (seen.length === 1) server.store.remove('configmaps', 'default', 'app')
      else break
    }
    expect(seen).toEqual(['ADDED', 'DELETED'])
  })
})
