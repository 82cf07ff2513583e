import {
  chain,
  type Change,
  type Key,
  onKeys,
  type Reaction,
  type ReactionContext,
  reload,
  type ReloadOptions,
  type Snapshot,
  supplyMount,
} from '@hotmount/core'
import { type FakeClock, fakeClock } from '@hotmount/core/testing'
import { expect, onTestFinished, test, vi } from 'vitest'

type Data = Readonly<Record<Key, string>>

const keys = ['a', 'b', 'c'] as const
const routes: readonly [readonly Key[], ...(readonly Key[])[]] = [
  ['a'],
  ['b'],
  ['c'],
  ['a', 'b'],
  ['b', 'c'],
  keys,
]
const before: Data = { a: '0', b: '0' }

/** The same numbers from 0 to 1 for the same seed. */
const numbersFrom = (seed: number): (() => number) => {
  let state = seed * 2_654_435_761
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const valueIn = (snapshot: Snapshot, key: Key): string | undefined =>
  snapshot.has(key) ? snapshot.text(key) : undefined

/** Chances of one storm, and whether it still blows. */
class Storm {
  readonly clock: FakeClock = fakeClock()
  readonly next: () => number
  blows = true
  constructor(seed: number) {
    this.next = numbersFrom(seed)
  }

  chance(part: number): boolean {
    return this.next() < part
  }
  oneOf<T>(all: readonly [T, ...T[]]): T {
    return all[Math.floor(this.next() * all.length)] ?? all[0]
  }

  /** What goes wrong at any place: nothing, a failure, a stop until the end of the time, or beyond it. */
  async strike({ signal }: ReactionContext): Promise<void> {
    if (!this.blows || !this.chance(0.35)) return
    const how = this.oneOf(['fails', 'fails', 'stops', 'ignores', 'slow'])
    if (how === 'fails') throw new Error('struck')
    if (how === 'stops') await this.clock.sleep(1e9, signal)
    if (how === 'ignores') await this.clock.sleep(45_000)
    if (how === 'slow') await this.clock.sleep(5000, signal)
  }
}

/** A member that does what a change says and no more, so that whatever it is not told of stays as it was. */
const member = (storm: Storm, mine: readonly Key[], runs: Map<Key, string>): Reaction => {
  const apply = async (change: Change, context: ReactionContext): Promise<void> => {
    await storm.strike(context)
    for (const key of [...change.added, ...change.changed])
      if (mine.includes(key)) {
        runs.set(key, change.snapshot.text(key))
        await storm.strike(context)
      }
    for (const key of change.removed) if (mine.includes(key)) runs.delete(key)
    await storm.strike(context)
  }
  const rollback = async (good: Snapshot, context: ReactionContext): Promise<void> => {
    await storm.strike(context)
    runs.clear()
    for (const key of mine) if (good.has(key)) runs.set(key, good.text(key))
  }
  const verify = async (_: unknown, context: ReactionContext): Promise<void> => {
    await storm.strike(context)
    if (mine.some((key) => runs.get(key) !== valueIn(context.change.snapshot, key))) throw new Error('other')
  }
  const wants = ({ snapshot, previous }: Change): boolean =>
    mine.some((key) => valueIn(snapshot, key) !== valueIn(previous, key))
  const made: Reaction = {
    name: mine.join(''),
    apply,
    ...(storm.chance(0.6) && { verify }),
    ...(storm.chance(0.4) && { rollback }),
    ...(storm.chance(0.3) && { wants }),
    ...(storm.chance(0.3) && { check: (_: Snapshot, context: ReactionContext) => storm.strike(context) }),
  }
  return storm.chance(0.4) ? onKeys(mine, made) : made
}

/** Several as one, also some of them within each other. */
const asOne = (storm: Storm, reactions: readonly Reaction[]): Reaction => {
  const [first, second, ...more] = reactions
  if (first && !second && storm.chance(0.6)) return first
  if (first && second && storm.chance(0.4)) return chain(asOne(storm, [first, second]), ...more)
  return first && second && storm.chance(0.4)
    ? chain(first, asOne(storm, [second, ...more]))
    : chain(...reactions)
}

const optionsOf = (storm: Storm): ReloadOptions => ({
  clock: storm.clock,
  ...(storm.chance(0.3) && { initial: true }),
  ...(storm.chance(0.3) && { cooldown: '30s' as const }),
  ...(storm.chance(0.3) && { breaker: { max: 2, within: '1m' as const } }),
  ...(storm.chance(0.3) && { gate: () => !storm.blows || storm.chance(0.6) }),
})

/** What is wrong once it is over. */
const passes = async (seed: number): Promise<readonly string[]> => {
  const storm = new Storm(seed)
  vi.spyOn(Math, 'random').mockImplementation(numbersFrom(seed + 1))
  let data = before
  const mount = supplyMount({ path: 'storm', read: () => data, settle: 0 })
  const options = optionsOf(storm)
  const parts = Array.from({ length: storm.oneOf([1, 1, 2, 3]) }, () => {
    const mine = storm.oneOf(routes)
    const there = Object.entries(before).filter(([key]) => mine.includes(key))
    const runs = new Map(options.initial === true ? [] : there)
    return { mine, runs, reaction: member(storm, mine, runs) }
  })
  const reaction = asOne(
    storm,
    parts.map((part) => part.reaction),
  )
  const loop = reload(mount, reaction, options)
  for (let swap = 0; swap < 12; swap += 1) {
    const { [storm.oneOf<Key>(keys)]: _, ...rest } = data
    const next = { ...data, [storm.oneOf<Key>(keys)]: String(Math.floor(storm.next() * 3)) }
    data = storm.chance(0.2) ? before : storm.chance(0.2) && Object.keys(rest).length > 0 ? rest : next
    await mount.resync()
    await storm.clock.advance(storm.oneOf([0, 0, 100, 2000, 11_000, 40_000, 400_000]))
  }
  storm.blows = false
  await storm.clock.advance(6_000_000)
  // What was refused, and has nothing of a retry, waits for other content.
  data = { ...data, calm: '1' }
  await mount.resync()
  await storm.clock.advance(6_000_000)
  const { state } = loop.status
  await loop.close()
  await mount.close()
  const wrong = parts.flatMap(({ mine, runs }) => mine.filter((key) => runs.get(key) !== data[key]))
  return [...(state === 'inSync' ? [] : [state]), ...wrong].map((what) => `${what} of seed ${seed}`)
}

test('whatever fails, hangs or comes late in a storm: after it, all run what is mounted', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  onTestFinished(() => {
    warn.mockRestore()
    vi.restoreAllMocks()
  })
  for (let seed = 1; seed <= 300; seed += 1) expect(await passes(seed)).toEqual([])
})
