import { acquireLease, resources } from '@hotmount/adapters/kubernetes'
import { fakeClock } from '@hotmount/core/testing'
import { describe, expect, it } from 'vitest'
import type { Stored } from '../../support/api-server/kinds.js'
import { apiServer, clientOf } from '../../support/api-server/start.js'
import { until } from '../../support/api-server/time.js'

describe('a lease that is held', () => {
  it('is lost when somebody takes it by force', async () => {
    const server = await apiServer()
    const clock = fakeClock()
    const held = await acquireLease(await clientOf(server), { name: 'baton', identity: 'a', clock })
    const stolen: Stored = server.store.get('leases', 'default', 'baton')
    server.store.replace('leases', {
      ...stolen,
      spec: { ...(stolen['spec'] as object), holderIdentity: 'thief' },
    })
    await until(clock, () => held.signal.aborted)
    await held.release()
    expect(server.store.get('leases', 'default', 'baton')['spec']).toMatchObject({ holderIdentity: 'thief' })
  })

  it('is renewed while as many writes hang as a controller has at once', async () => {
    const server = await apiServer()
    const client = await clientOf(server)
    server.faults.hang(32, { verb: 'patch' })
    const stop = new AbortController()
    const { signal } = stop
    const writes = Array.from({ length: 32 }, () =>
      client.patch(resources.pods, { name: 'p' }, { type: 'merge', body: {} }, { signal }),
    )
    await expect.poll(() => server.counts.of('patch pods')).toBe(32)
    const held = await acquireLease(client, {
      name: 'baton',
      identity: 'a',
      signal: AbortSignal.timeout(5000),
    })
    expect(held.isHeld).toBe(true)
    await held.release()
    stop.abort()
    await Promise.allSettled(writes)
  })

  it('is given back for as long as that is of use, where the server has gone silent', async () => {
    const server = await apiServer()
    const clock = fakeClock()
    const held = await acquireLease(await clientOf(server), { name: 'baton', identity: 'a', clock })
    server.faults.hang(Number.POSITIVE_INFINITY, { verb: 'update' })
    let isReleased = false
    const released = held.release().then(() => (isReleased = true))
    await clock.advance(14_000)
    expect(isReleased).toBe(false)
    await clock.advance(1000)
    await released
    expect(clock.pending).toBe(0)
  })

  it('is lost when somebody deletes it', async () => {
    const server = await apiServer()
    const clock = fakeClock()
    const held = await acquireLease(await clientOf(server), { name: 'baton', identity: 'a', clock })
    server.store.remove('leases', 'default', 'baton')
    const asked = server.counts.of('update leases')
    await until(clock, () => held.signal.aborted)
    // At the next renewal, not when it has run out.
    expect([held.isHeld, server.counts.of('update leases')]).toEqual([false, asked + 1])
  })
})
