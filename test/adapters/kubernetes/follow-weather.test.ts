import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Data, following } from '../../support/api-server/following.js'
import { configMap } from '../../support/api-server/objects.js'
import { Refusal } from '../../support/api-server/refusals.js'
import { apiServer, clientOf } from '../../support/api-server/start.js'

/** A small generator of repeatable chance. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed * 2_654_435_761
  return () => {
    state = Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e37_79b9
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32
  }
}

// Whatever happens between two writes, in the end all is known, and each step was told as it can have been.
describe('a follower in bad weather', () => {
  it.each([1, 2, 3, 4])('ends with what there is, seed %i', { timeout: 60_000 }, async (seed) => {
    const server = await apiServer()
    const { follower, told } = following(await clientOf(server), { backoff: { min: 1, max: 5 } })
    const truth = new Map<string, Data>()
    const seen = new Map<string, Data>()
    const faults: string[] = []
    follower.on('change', ({ kind, key, value, previous }) => {
      // Never twice the same, never a change of what is not there.
      if (seen.has(key) !== (kind !== 'added')) faults.push(`${kind} ${key}`)
      if (kind === 'changed' && seen.get(key) !== previous) faults.push(`not from what was told: ${key}`)
      if (kind === 'removed') seen.delete(key)
      else seen.set(key, value)
    })
    await follower.synced()
    const random = randomFrom(seed)
    const agree = async (): Promise<void> => {
      const all = new Map([...truth].map(([name, value]) => [`default/${name}`, value]))
      await expect.poll(() => new Map(follower.kept), { timeout: 15_000 }).toEqual(all)
    }
    const weather: readonly (() => Promise<void> | void)[] = [
      () => server.watches.cut(),
      () => server.watches.cut(configMap('c0', { half: 'x'.repeat(5000) })),
      () => server.watches.close(),
      () => server.watches.fail(new Refusal(410, 'Expired', 'too old')),
      () => server.watches.fail(new Refusal(500, 'InternalError', 'oh')),
      () => server.watches.bookmark(),
      () => server.store.compact(),
      () => server.faults.throttle(2, 0),
      () => server.faults.reset(1),
      () => server.answers.expireLists(),
      async () => {
        await server.stop()
        await server.start()
      },
    ]
    for (let step = 0; step < 150; step += 1) {
      if (step % 15 === 0) await agree()
      const name = `c${Math.floor(random() * 5)}`
      const value = { x: String(step) }
      const dice = random()
      if (dice < 0.5) {
        if (truth.has(name)) server.store.replace('configmaps', configMap(name, value))
        else server.store.create('configmaps', configMap(name, value))
        truth.set(name, value)
      } else if (dice < 0.6 && truth.delete(name)) server.store.remove('configmaps', 'default', name)
      else await weather[Math.floor(random() * weather.length)]?.()
      if (random() < 0.3) for (let turns = 0; turns < 20; turns += 1) await turn()
    }
    server.faults.clear()
    await agree()
    expect(new Map(follower.kept)).toEqual(seen)
    expect(faults).toEqual([])
    expect(told.length).toBeGreaterThan(20)
  })
})
