import { pages, resources } from '@hotmount/adapters/kubernetes'
import { describe, expect, it } from 'vitest'
import { configMap } from '../../support/api-server/objects.js'
import { apiServer, clientOf, doubledServer } from '../../support/api-server/start.js'

describe('pages', () => {
  it('come one by one, and begins anew when the place to go on from is gone', async () => {
    const server = await apiServer()
    for (let n = 0; n < 7; n += 1) server.store.create('configmaps', configMap(`c${n}`, {}))
    const client = await clientOf(server)
    const sizes: number[] = []
    for await (const { items } of pages(client, resources.configMaps, { limit: 3 })) sizes.push(items.length)
    expect(sizes).toEqual([3, 3, 1])
    const seen: string[] = []
    for await (const { items, isRestart } of pages(client, resources.configMaps, { limit: 3 })) {
      seen.push(`${isRestart ? 'anew ' : ''}${items.length}`)
      if (!isRestart && seen.length === 1) server.answers.expireLists()
    }
    expect(seen).toEqual(['3', 'anew 3', '3', '1'])
  })

  it('are as large as fits into a memory', async () => {
    const server = await apiServer()
    const large = 'x'.repeat(900 * 1024)
    for (let n = 0; n < 20; n += 1) server.store.create('configmaps', configMap(`c${n}`, { large }))
    const client = await clientOf(server)
    const sizes: number[] = []
    for await (const { items } of pages(client, resources.configMaps)) sizes.push(items.length)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(20)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(9)
    // Found out once, and not again for each page.
    expect(server.counts.of('list configmaps')).toBeLessThan(12)
  })

  it('hold a single object as large as it is, also one that no real server takes', async () => {
    const server = await doubledServer()
    const large = 'x'.repeat(9 * 1024 * 1024)
    for (const name of ['a', 'b']) server.store.create('configmaps', configMap(name, { large }))
    const client = await clientOf(server)
    const names: string[] = []
    for await (const { items } of pages(client, resources.configMaps))
      names.push(...items.map(({ metadata }) => metadata.name))
    expect(names).toEqual(['a', 'b'])
  })
})
