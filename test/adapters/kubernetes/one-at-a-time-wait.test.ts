import { oneAtATime } from '@hotmount/adapters/kubernetes'
import { chain, type Clock, type ReactionContext, reload, type Snapshot, systemClock } from '@hotmount/core'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { apiServer, clientOf } from '../../support/api-server/start.js'
import { mounted } from '../../support/mounted.js'
import { gate, last, patiently, publish, replica, rules, Track, triedOn } from './relay.js'

/** A replica that has the Lease, and verifies until it is let go on. */
const busy = async () => {
  const server = await apiServer()
  const track = new Track()
  const first = await replica(server, track, 'shop-0')
  const { opened, open } = gate()
  track.act = (stage) => (stage === 'verify' ? opened : undefined)
  await publish([first], '2')
  await expect.poll(() => track.running.size, patiently).toBe(1)
  return { server, track, first, open }
}

describe('a replica that waits', () => {
  it('tells who has the Lease, once for each try, and gives a try up when its own wait is over', async () => {
    const { server, track, first, open } = await busy()
    const waits: string[] = []
    const second = await replica(server, track, 'shop-1', {
      baton: { wait: '300ms', onWait: (holder, revision) => waits.push(`${holder} ${revision}`) },
      loop: { retry: false, timeout: '5m' },
    })
    await publish([second], '2')
    await expect
      .poll(() => last(second), patiently)
      .toBe('rejected: server: its turn has not come within 300 ms: it is with shop-0')
    expect(waits).toEqual([`shop-0 ${second.mount.snapshot.revision}`])
    expect(second.reports.at(-1)?.durationMs).toBeLessThan(20_000)
    open()
    await first.loop.inSync()
  }, 30_000)

  it('gets its turn also when who is told of the wait fails', async () => {
    const { server, track, open } = await busy()
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue()
    onTestFinished(() => warned.mockRestore())
    const onWait = vi.fn<() => void>(() => {
      throw new Error('the log is full')
    })
    const second = await replica(server, track, 'shop-1', { baton: { onWait } })
    await publish([second], '2')
    await expect.poll(() => onWait.mock.calls.length, patiently).toBe(1)
    open()
    await expect.poll(() => last(second), patiently).toBe('applied')
  }, 30_000)
})

describe('a replica that ends in its turn', () => {
  it('gives the Lease back at once, also where it could go back', async () => {
    const server = await apiServer()
    const track = new Track()
    const one = await replica(server, track, 'shop-0', { rollback: true, baton: { duration: '15s' } })
    track.act = (stage, _pod, _value, signal) =>
      stage === 'verify' ? new Promise((_, reject) => signal.addEventListener('abort', reject)) : undefined
    await publish([one], '2')
    await expect.poll(() => track.running.size, patiently).toBe(1)
    const holder = () => server.store.get('leases', 'default', 'shop-config')['spec']
    expect(holder()).toMatchObject({ holderIdentity: expect.stringMatching(/^shop-0_/) })
    await one.loop.close()
    expect(holder()).toMatchObject({ holderIdentity: '' })
    expect(triedOn(server)).toEqual([])
  }, 30_000)

  it.each([true, false])(
    'gives it back between check and apply, too; disposed of: %j',
    async (isDisposedOf) => {
      const server = await apiServer()
      const { volume, mount } = await mounted({ a: '1' })
      const client = await clientOf(server, 'shop-0', rules)
      const inTurn = oneAtATime(() => undefined, {
        lease: 'shop-config',
        client,
        pod: 'shop-0',
        duration: '15s',
      })
      const { opened, open } = gate()
      const slow = {
        name: 'slow',
        check: (_: Snapshot, { signal }: ReactionContext) => {
          open()
          return new Promise<void>((_resolve, reject) => signal.addEventListener('abort', reject))
        },
        apply: () => undefined,
      }
      // Nobody waits for a stage that may still come.
      const clock: Clock = {
        ...systemClock,
        sleep: (ms, signal) => systemClock.sleep(ms === 2000 ? 3_600_000 : ms, signal),
      }
      const loop = reload(mount, chain(inTurn, slow), { clock })
      onTestFinished(() => loop.close())
      await volume.swap({ a: '2' })
      await opened
      const holder = () => server.store.get('leases', 'default', 'shop-config')['spec']
      expect(holder()).toMatchObject({ holderIdentity: expect.stringMatching(/^shop-0_/) })
      await loop.close()
      if (isDisposedOf) await inTurn[Symbol.asyncDispose]()
      // Disposed of, it is so at once.
      await expect
        .poll(holder, isDisposedOf ? { timeout: 1 } : patiently)
        .toMatchObject({ holderIdentity: '' })
    },
    30_000,
  )
})
