import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decide,
  readHistory,
  recent,
  type Standing,
  writeHistory,
} from '../../../packages/adapters/src/kubernetes/digest-history.js'

const digest = (letter: string): string => letter.repeat(64)
const [a, b, c] = ['a', 'b', 'c'].map(digest) as [string, string, string]

const at = (current: string | undefined, rejected?: string): Standing => ({
  current,
  history: [],
  rejected,
})

describe('what a replica does', () => {
  it.each<[what: string, at: Standing, previous: string, next: string, decision: string]>([
    ['the first one ever writes', at(undefined), a, b, 'write'],
    ['the first one of a change writes', at(a), a, b, 'write'],
    ['the second one finds it there', at(b), a, b, 'there'],
    ['a late one waits for what is newer to come to it', at(c), a, b, 'wait'],
    ['one that has skipped a change waits for those who have not', at(b), a, c, 'wait'],
    ['the way back is a change', at(b), b, a, 'write'],
    ['a late one on the way back finds it there', at(a), b, a, 'there'],
    ['what was taken back is not tried again', at(a, b), a, b, 'rejected'],
    ['something else is', at(a, b), a, c, 'write'],
    ['what is there is there, whatever was said of it', at(b, b), a, b, 'there'],
  ])('%s', (_what, standing, previous, next, decision) => {
    expect(decide(standing, previous, next)).toBe(decision)
  })
})

describe('the history', () => {
  it('is read as it was written, and keeps the last sixteen', () => {
    let text: string | undefined
    for (let n = 0; n < 20; n += 1) text = writeHistory(readHistory(text), digest(String(n % 10)), n * 1000)
    const read = readHistory(text)
    expect(read).toHaveLength(16)
    expect(read.at(-1)).toEqual({ digest: '9'.repeat(16), at: 19_000 })
    expect(text?.length).toBeLessThan(1000)
    expect(recent(read, 5000, 20_000)).toBe(4)
  })
  it.each([undefined, '', ' ', 'x', 'x@', '@2026', 'a@never b'])(
    'leaves out what is not understood: %j',
    (text) => {
      expect(readHistory(text)).toEqual([])
    },
  )
})

const run = (letters: readonly string[], masks: readonly (readonly boolean[])[], turns: Iterator<number>) => {
  let current = digest('0')
  let rollouts = 0
  const replicas = masks.map((mask) => ({
    applied: digest('0'),
    left: letters.filter((_, index) => mask[index] === true || index === letters.length - 1).map(digest),
  }))
  const take = (replica: (typeof replicas)[number], next: string, isSure: boolean): boolean => {
    const decision = decide({ current, history: [], rejected: undefined }, replica.applied, next)
    if (decision === 'wait' && !isSure) return false
    if (decision !== 'there') rollouts += 1
    current = next
    replica.applied = next
    return true
  }
  const patient: (() => void)[] = []
  for (;;) {
    const busy = replicas.filter(({ left }) => left.length > 0)
    const replica = busy[(turns.next().value as number) % Math.max(1, busy.length)]
    if (!replica) break
    const next = replica.left.shift() ?? ''
    if (next === replica.applied) continue
    const isTaken = take(replica, next, false)
    // Of what it waits with, only the last one is still mounted when the time is over.
    if (!isTaken && replica.left.length === 0) patient.push(() => void take(replica, next, true))
  }
  for (const act of patient) act()
  return { current, rollouts }
}

// Each replica sees some of the changes, in their order, each at a time of its own; all of them see the last one in the
// end, and well within the time that a replica waits.
describe('replicas that see changes at different times', () => {
  const seen = fc.array(fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), {
    minLength: 1,
    maxLength: 5,
  })
  const turns = fc.infiniteStream(fc.nat(4))
  const letters = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
  it.each([
    ['each config is new', 'changes', fc.uniqueArray(letters, { minLength: 1, maxLength: 6 })],
    // There and back within a minute: a late one cannot tell the way there from a new one.
    ['the config goes back and forth', 'changes seen', fc.array(letters, { minLength: 1, maxLength: 8 })],
  ])('end with the last one, and when %s, roll no more often than there are %s', (_what, most, changes) => {
    fc.assert(
      fc.property(changes, seen, turns, (all, masks, order) => {
        const { current, rollouts } = run(all, masks, order[Symbol.iterator]())
        expect(current).toBe(digest(all.at(-1) ?? ''))
        expect(rollouts).toBeLessThanOrEqual(most === 'changes' ? all.length : all.length * masks.length)
      }),
      { numRuns: 1000 },
    )
  })
})
