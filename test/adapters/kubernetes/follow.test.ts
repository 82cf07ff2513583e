import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { type ConfigMap, follow, type FollowOptions, resources } from '@hotmount/adapters/kubernetes'
import { fakeClock } from '@hotmount/core/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Data, following } from '../../support/api-server/following.js'
import type { Stored } from '../../support/api-server/kinds.js'
import { configMap, secret } from '../../support/api-server/objects.js'
import { Refusal } from '../../support/api-server/refusals.js'
import { apiServer, clientOf } from '../../support/api-server/start.js'
import { until } from '../../support/api-server/time.js'

const labelled = (name: string, app: string): Stored => ({
  ...configMap(name, {}),
  metadata: { name, namespace: 'default', labels: { app } },
})

describe('a follower', () => {
  it('tells what is there, then each difference once', async () => {
    const server = await apiServer()
    server.store.create('configmaps', configMap('a', { x: '1' }))
    const { follower, told } = following(await clientOf(server))
    await follower.synced()
    expect(told).toEqual(['added a {"x":"1"}'])
    await expect.poll(() => server.watches.size).toBe(1)
    server.store.create('configmaps', configMap('b', {}))
    server.store.replace('configmaps', configMap('a', { x: '2' }))
    // A label is not kept, so it is no change.
    server.store.replace('configmaps', {
      ...configMap('a', { x: '2' }),
      metadata: { name: 'a', namespace: 'default', labels: { l: '1' } },
    })
    server.store.remove('configmaps', 'default', 'b')
    await expect
      .poll(() => told)
      .toEqual(['added a {"x":"1"}', 'added b {}', 'changed a {"x":"2"}', 'removed b {}'])
    expect([...follower.kept]).toEqual([['default/a', { x: '2' }]])
  })

  it.each<[what: string, cut: (server: Awaited<ReturnType<typeof apiServer>>) => void]>([
    ['cut in the middle of an object', ({ watches }) => watches.cut(configMap('a', { x: 'half' }))],
    ['cut', ({ watches }) => watches.cut()],
    ['ended by the server', ({ watches }) => watches.close()],
    ['told that it is too old', ({ watches }) => watches.fail(new Refusal(410, 'Expired', 'too old'))],
    ['told of a fault', ({ watches }) => watches.fail(new Refusal(500, 'InternalError', 'oh'))],
  ])('goes on after a watch was %s', async (_what, cut) => {
    const server = await apiServer()
    server.store.create('configmaps', configMap('a', { x: '1' }))
    server.store.create('configmaps', configMap('gone', {}))
    const { follower, told } = following(await clientOf(server))
    await follower.synced()
    await expect.poll(() => server.watches.size).toBe(1)
    cut(server)
    server.store.replace('configmaps', configMap('a', { x: '2' }))
    server.store.remove('configmaps', 'default', 'gone')
    server.store.create('configmaps', configMap('new', {}))
    await expect.poll(() => told.length).toBe(5)
    await expect.poll(() => server.watches.size).toBe(1)
    server.store.replace('configmaps', configMap('a', { x: '3' }))
    await expect.poll(() => told.length).toBe(6)
    expect(told.toSorted()).toEqual([
      'added a {"x":"1"}',
      'added gone {}',
      'added new {}',
      'changed a {"x":"2"}',
      'changed a {"x":"3"}',
      'removed gone {}',
    ])
  })

  it('lists anew when its version is gone', async () => {
    const server = await apiServer()
    server.store.create('configmaps', configMap('a', { x: '1' }))
    const { follower, told } = following(await clientOf(server))
    await follower.synced()
    await expect.poll(() => server.watches.size).toBe(1)
    await server.stop()
    server.store.replace('configmaps', configMap('a', { x: '2' }))
    server.store.compact()
    await server.start()
    await expect.poll(() => told).toEqual(['added a {"x":"1"}', 'changed a {"x":"2"}'])
    expect(follower.health.lists).toBe(2)
  })

  it('opens a watch anew that says nothing, and one that gets bookmarks not', async () => {
    const server = await apiServer()
    const clock = fakeClock(1_000_000)
    const { follower, told } = following(await clientOf(server), { clock, silence: '90s' })
    await follower.synced()
    await expect.poll(() => server.watches.size).toBe(1)
    for (let minute = 0; minute < 3; minute += 1) {
      const { lastContactAt } = follower.health
      server.watches.bookmark()
      await clock.advance(60_000)
      await expect.poll(() => follower.health.lastContactAt).toBeGreaterThan(lastContactAt - 1)
    }
    expect(server.counts.of('watch configmaps')).toBe(1)
    server.watches.silence()
    server.store.create('configmaps', configMap('a', {}))
    await clock.advance(90_000)
    await expect.poll(() => told).toEqual(['added a {}'])
    expect(follower.health).toMatchObject({ silences: 1, lists: 1 })
  })

  it('finds by a resync what no event has told', async () => {
    const server = await apiServer()
    const clock = fakeClock(1_000_000)
    const client = await clientOf(server, 'admin', undefined, { clock })
    const { follower, told } = following(client, { clock, silence: '1h', resync: '10m' })
    await follower.synced()
    await expect.poll(() => server.watches.size).toBe(1)
    server.watches.silence()
    server.store.create('configmaps', configMap('a', {}))
    const passed = await until(clock, () => told.length === 1, 1000)
    expect(passed).toBeGreaterThan(500_000)
    expect(follower.health).toMatchObject({ lists: 2, missed: 1, silences: 0 })
  })

  it('sees objects that come into and leave its selection, and one that was made anew as two', async () => {
    const server = await apiServer()
    server.store.create('configmaps', labelled('a', 'shop'))
    server.store.create('configmaps', labelled('b', 'other'))
    const { follower, told } = following(await clientOf(server), { labelSelector: 'app=shop' })
    await follower.synced()
    await expect.poll(() => server.watches.size).toBe(1)
    server.store.replace('configmaps', labelled('a', 'other'))
    server.store.replace('configmaps', labelled('b', 'shop'))
    await expect.poll(() => told).toEqual(['added a {}', 'removed a {}', 'added b {}'])
    await server.stop()
    server.store.remove('configmaps', 'default', 'b')
    server.store.create('configmaps', labelled('b', 'shop'))
    server.store.compact()
    await server.start()
    await expect.poll(() => told.slice(3)).toEqual(['removed b {}', 'added b {}'])
  })

  it('keeps no more of an object than it is told to', async () => {
    const server = await apiServer()
    server.store.create('secrets', secret('s', { password: 'hunter2' }))
    const follower = follow(await clientOf(server), resources.secrets, {
      map: ({ data }) => createHash('sha256').update(JSON.stringify(data)).digest('hex'),
    })
    onTestFinished(() => follower.close())
    await follower.synced()
    expect(inspect([...follower.kept], { depth: 9 })).not.toMatch(/hunter2|aHVudGVyMg/)
    expect(inspect(follower, { depth: 9, showHidden: true })).not.toMatch(/hunter2|aHVudGVyMg/)
  })

  it('tells its end, and takes no more time then', async () => {
    const server = await apiServer()
    const clock = fakeClock()
    const stop = new AbortController()
    const { follower } = following(await clientOf(server, 'admin', undefined, { clock }), {
      clock,
      signal: stop.signal,
    })
    await follower.synced()
    const closed = new Promise((resolve) => follower.once('close', () => resolve(undefined)))
    stop.abort()
    await closed
    await follower.close()
    expect(follower.health.state).toBe('closed')
    await expect.poll(() => [clock.pending, server.watches.size]).toEqual([0, 0])
    await expect(
      following(await clientOf(server), { signal: stop.signal }).follower.synced(),
    ).rejects.toMatchObject({
      code: 'CLOSED',
    })
  })

  it.each<[options: Partial<FollowOptions<ConfigMap, Data>>, message: RegExp]>([
    [{ silence: '1 minute' as '1m' }, /silence/],
    [{ resync: -1 }, /resync/],
    [{ label: 'x' } as object, /no option label/],
  ])('refuses %j', async (options, message) => {
    const client = await clientOf(await apiServer())
    expect(() => follow(client, resources.configMaps, { map: () => ({}), ...options })).toThrow(message)
  })
})
