import { join } from 'node:path'
import { reload, watchConfigMap } from '@hotmount/core'
import { fakeClock, simulateMount } from '@hotmount/core/testing'
import { expect, it, onTestFinished } from 'vitest'
import { holdWhileDraining } from '../../../packages/adapters/src/process/hold.js'
import { readProcess } from '../../../packages/adapters/src/process/procfs.js'
import { signalReaction } from '../../../packages/adapters/src/process/signal.js'
import { startReady } from './children.js'

const signal = new AbortController().signal
const limit = { most: 4, holdMs: 20_000 }

/** What became of it, and when. */
const hold = async (draining: (nowMs: number) => number, forMs: number): Promise<string> => {
  const clock = fakeClock()
  let outcome = 'held'
  void (async () => {
    const crowded = await holdWhileDraining(() => draining(clock.now()), limit, { clock, signal })
    outcome = `${crowded} at ${clock.now()}`
  })()
  for (let ms = 0; ms <= forMs; ms += 100) await clock.advance(ms === 0 ? 0 : 100)
  return outcome
}

it('goes on at once when few are draining', async () => {
  await expect(hold(() => 4, 0)).resolves.toBe('undefined at 0')
})
it('waits until few enough are left', async () => {
  await expect(hold((nowMs) => (nowMs < 3000 ? 5 : 4), 2900)).resolves.toBe('held')
  await expect(hold((nowMs) => (nowMs < 3000 ? 5 : 4), 4000)).resolves.toBe('undefined at 3000')
})
it('goes on when time is up, and says how many there are', async () => {
  await expect(hold(() => 7, 19_900)).resolves.toBe('held')
  await expect(hold(() => 7, 21_000)).resolves.toBe('7 at 20000')
})

it('leaves half of a stage for the signal, however short that is', async () => {
  const mount = await simulateMount({ a: '1' })
  onTestFinished(() => mount[Symbol.asyncDispose]())
  const watched = await watchConfigMap(mount.path)
  onTestFinished(() => watched.close())
  const master = await startReady(process.execPath, [
    join(import.meta.dirname, 'fixtures/master.mjs'),
    'keeps',
  ])
  const { pid } = master
  const reaction = signalReaction({
    name: 'crowded',
    target: {
      describe: 'the fixture',
      find: () => Promise.resolve({ pid, startTime: readProcess(pid)?.startTime ?? 0 }),
    },
    signal: 'SIGHUP',
    verify: [],
    draining: /^sleep/,
    withinMs: 1000,
    limit: { most: 1, holdMs: 20_000 },
  })
  const loop = reload(watched, reaction, { timeout: '1s', retry: false })
  onTestFinished(() => loop.close())
  await mount.swap({ a: '2' })
  await expect(loop.inSync()).resolves.toMatchObject({
    outcome: 'applied',
    evidence: 'signalled, unconfirmed; sent although 2 old workers were still draining',
  })
})
