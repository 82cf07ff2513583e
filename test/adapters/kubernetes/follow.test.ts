import { type Followed, follow, type FollowOptions, resources } from '@hotmount/adapters/kubernetes'
import type { ConfigMap, Follower, KubeClient } from '@hotmount/adapters/kubernetes'
import { fakeClock } from '@hotmount/core/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { configMap } from '../../support/api-server/objects.js'
import { Refusal } from '../../support/api-server/refusals.js'
import { apiServer, clientOf } from '../../support/api-server/start.js'

type Data = Readonly<Record<string, string>>

const following = (
  client: KubeClient,
  options: Partial<FollowOptions<ConfigMap, Data>> = {},
): { readonly follower: Follower<Data>; readonly told: string[]; readonly errors: string[] } => {
  const follower = follow(client, resources.configMaps, {
    map: ({ data }) => data ?? {},
    backoff: { min: 1, max: 20 },
    ...options,
  })
  onTestFinished(() => follower.close())
  const [told, errors]: [string[], string[]] = [[], []]
  follower.on('change', ({ kind, name, value }: Followed<Data>) =>
    told.push(`${kind} ${name} ${JSON.stringify(value)}`),
  )
  follower.on('error', ({ code }) => errors.push(code))
  return { follower, told, errors }
}

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
})
