import { acquireLease, type Held, type KubeClient, type LeaseOptions } from '@hotmount/adapters/kubernetes'
import type { Clock } from '@hotmount/core'
import { type FakeClock, fakeClock } from '@hotmount/core/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Rule } from '../../support/api-server/access.js'
import { apiServer, clientOf, type Server } from '../../support/api-server/start.js'
import { until } from '../../support/api-server/time.js'

const rules: readonly Rule[] = [
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    verbs: ['get', 'update', 'create'],
    namespace: 'default',
  },
]

interface Spec {
  readonly holderIdentity: string
  readonly leaseTransitions: number
  readonly leaseDurationSeconds: number
}
const specOf = (server: Server): Spec => server.store.get('leases', 'default', 'baton')['spec'] as Spec

/** The clock of a machine that is wrong by so much: all of them go on together. */
const skewed = (clock: FakeClock, byMs: number): Clock => ({
  now: () => clock.now() + byMs,
  sleep: (ms, signal) => clock.sleep(ms, signal),
})

const wanting = (client: KubeClient, identity: string, clock: Clock, options: Partial<LeaseOptions> = {}) => {
  const stop = new AbortController()
  onTestFinished(() => stop.abort(new Error('over')))
  let held: Held | undefined
  const done = acquireLease(client, { name: 'baton', identity, clock, signal: stop.signal, ...options }).then(
    (lease) => {
      held = lease
      return lease
    },
  )
  done.catch(() => undefined)
  return { done, stop, held: () => held }
}

describe('a lease', () => {
  it('is made when it is not there, renewed while it is held, and given back', async () => {
    const server = await apiServer()
    const clock = fakeClock(1_700_000_000_000)
    const client = await clientOf(server, 'a', rules, { clock })
    const held = await acquireLease(client, { name: 'baton', identity: 'a', clock })
    expect(server.store.get('leases', 'default', 'baton')['spec']).toEqual({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      acquireTime: '2023-11-14T22:13:20.000000Z',
      renewTime: '2023-11-14T22:13:20.000000Z',
      leaseTransitions: 0,
    })
    await until(clock, () => server.counts.of('update leases') >= 10)
    expect(held.isHeld).toBe(true)
    await held.release()
    expect(held.isHeld).toBe(false)
    expect(held.signal.aborted).toBe(true)
    expect(specOf(server)).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 })
    await held.release()
    expect(clock.pending).toBe(0)
  })

  it('tells who else has it, at first and when that is somebody else', async () => {
    const server = await apiServer()
    const clock = fakeClock()
    const client = await clientOf(server, 'a', rules, { clock })
    const first = await acquireLease(client, { name: 'baton', identity: 'a', clock })
    const seen: string[] = []
    const waiting = wanting(client, 'b', clock, { onWait: (holder) => seen.push(holder) })
    const looks = server.counts.of('get leases')
    await until(clock, () => server.counts.of('get leases') >= looks + 3)
    expect(seen).toEqual(['a'])
    const lease = server.store.get('leases', 'default', 'baton')
    server.store.replace('leases', { ...lease, spec: { ...specOf(server), holderIdentity: 'c' } })
    await until(clock, () => waiting.held() !== undefined)
    expect(seen).toEqual(['a', 'c'])
    await first.release()
  })

  it('is given back also when somebody has just written to it', async () => {
    const server = await apiServer()
    const held = await acquireLease(await clientOf(server), { name: 'baton', identity: 'a' })
    const labelled = server.store.get('leases', 'default', 'baton')
    labelled.metadata.labels = { by: 'hand' }
    server.store.replace('leases', labelled)
    await held.release()
    expect(specOf(server).holderIdentity).toBe('')
    expect(server.store.get('leases', 'default', 'baton').metadata.labels).toEqual({ by: 'hand' })
  })

  it('goes to the next one at once when it is given back', async () => {
    const server = await apiServer()
    const clock = fakeClock()
    const first = await acquireLease(await clientOf(server), { name: 'baton', identity: 'a', clock })
    const next = wanting(await clientOf(server), 'b', clock)
    await until(clock, () => server.counts.of('get leases') >= 3)
    expect(next.held()).toBeUndefined()
    await first.release()
    expect(await until(clock, () => next.held() !== undefined)).toBeLessThan(3000)
    expect(specOf(server)).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 })
    await next.held()?.release()
  })

  it.each([0, 3_600_000, -3_600_000])(
    'is taken 15 s after its holder was killed, by a clock that is wrong by %s ms',
    async (skew) => {
      const server = await apiServer()
      const clock = fakeClock(1_700_000_000_000)
      const killed = await clientOf(server)
      const stop = new AbortController()
      const frozen: Clock = {
        now: () => clock.now(),
        sleep: (ms, signal) => clock.sleep(ms, AbortSignal.any([stop.signal, ...(signal ? [signal] : [])])),
      }
      await acquireLease(killed, { name: 'baton', identity: 'a', clock: frozen })
      const next = wanting(await clientOf(server), 'b', skewed(clock, skew))
      // As long as it is renewed, nobody takes it.
      await clock.advance(0)
      await until(clock, () => server.counts.of('update leases') >= 12)
      expect(next.held()).toBeUndefined()
      stop.abort(new Error('killed'))
      const passed = await until(clock, () => next.held() !== undefined)
      expect(passed).toBeGreaterThan(12_000)
      expect(passed).toBeLessThan(20_000)
      await next.held()?.release()
    },
  )

  it('is lost to its holder before anybody else can have it, while the server cannot be reached', async () => {
    const server = await apiServer()
    const clock = fakeClock()
    const cut = await clientOf(server, 'cut', rules, { clock })
    const held = await acquireLease(cut, { name: 'baton', identity: 'a', clock })
    let lostAt = 0
    held.signal.addEventListener('abort', () => {
      lostAt = clock.now()
    })
    const next = wanting(await clientOf(server), 'b', clock)
    await until(clock, () => server.counts.of('update leases') >= 2)
    // From here on, the network is down for one of them.
    server.access.grant('cut', [])
    let takenAt = 0
    void next.done.then(() => (takenAt = clock.now()))
    await until(clock, () => takenAt > 0)
    expect(lostAt).toBeGreaterThan(0)
    expect(takenAt - lostAt).toBeGreaterThan(1000)
    expect(held.isHeld).toBe(false)
    await next.held()?.release()
  })

  it('is held by one at a time, however many want it', async () => {
    const server = await apiServer()
    const clock = fakeClock()
    const order: string[] = []
    let holders = 0
    const work = Promise.all(
      Array.from({ length: 6 }, async (_, n) => {
        const held = await acquireLease(await clientOf(server), { name: 'baton', identity: `p${n}`, clock })
        holders += 1
        order.push(`${held.identity} ${holders}`)
        await clock.sleep(1500)
        holders -= 1
        await held.release()
      }),
    )
    let isOver = false
    void work.then(() => (isOver = true))
    await until(clock, () => isOver)
    expect(order.map((each) => each.split(' ')[1])).toEqual(['1', '1', '1', '1', '1', '1'])
    expect(new Set(order).size).toBe(6)
  })

  it('survives a write of somebody else, an answer that was lost, and a server that is away for a moment', async () => {
    const server = await apiServer()
    const clock = fakeClock()
    const held = await acquireLease(await clientOf(server, 'a', rules, { clock }), {
      name: 'baton',
      identity: 'a',
      clock,
    })
    const labelled = server.store.get('leases', 'default', 'baton')
    labelled.metadata.labels = { by: 'hand' }
    server.store.replace('leases', labelled)
    await until(clock, () => server.counts.of('update leases') >= 4)
    await server.stop()
    await until(clock, () => clock.now() % 5000 === 0)
    await server.start()
    await until(clock, () => server.counts.of('update leases') >= 8)
    expect(held.isHeld).toBe(true)
    expect(server.store.get('leases', 'default', 'baton').metadata.labels).toEqual({ by: 'hand' })
    await held.release()
  })

  it('ends with what it may not, and when it is aborted', async () => {
    const server = await apiServer()
    const clock = fakeClock()
    await expect(
      acquireLease(await clientOf(server, 'nobody', []), { name: 'baton', identity: 'a', clock }),
    ).rejects.toMatchObject({ code: 'TARGET_FORBIDDEN', hint: expect.stringContaining('leases') as string })
    await acquireLease(await clientOf(server), { name: 'baton', identity: 'a', clock })
    const { done, stop } = wanting(await clientOf(server), 'b', clock)
    await expect.poll(() => server.counts.of('get leases')).toBeGreaterThan(1)
    stop.abort(new Error('enough'))
    await expect(done).rejects.toThrow('enough')
  })

  it.each<[options: Partial<LeaseOptions>, message: RegExp]>([
    [{ identity: '' }, /who we are/],
    [{ duration: 500 }, /at least 1 s/],
    [{ duration: '10s', renewWithin: '10s' }, /renewWithin < duration/],
    [{ retry: '12s' }, /retry < renewWithin/],
  ])('refuses %j', async (options, message) => {
    const server = await apiServer()
    await expect(
      acquireLease(await clientOf(server), { name: 'b', identity: 'a', ...options }),
    ).rejects.toThrow(message)
  })
})
