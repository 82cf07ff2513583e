import { describe, expect, it } from 'vitest'
import {
  describeVerdict,
  lastWord,
  observe,
  settled,
  settling,
} from '../../../packages/adapters/src/process/settling.js'
import { judge, type Sighting, type Worker } from '../../../packages/adapters/src/process/workers.js'

/** '1 2d' is worker 1 and draining worker 2; '1b' is another process with pid 1. */
const workers = (text: string): readonly Worker[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((word) => ({
      pid: Number.parseInt(word, 10),
      startTime: word.includes('b') ? 200 : 100,
      draining: word.endsWith('d'),
    }))
const there = (text: string): Sighting => ({ master: 'there', workers: workers(text) })

describe('judge', () => {
  it.each<[before: string, now: string, kind: string, words: string]>([
    ['1 2', '3 4', 'applied', '2 new workers'],
    ['1 2', '3', 'applied', '1 new worker'],
    ['', '3', 'applied', '1 new worker'],
    ['1 2', '1b 2b', 'applied', '2 new workers'],
    ['1 2', '3 4 1d', 'draining', '2 new workers, 1 old still draining'],
    ['1 2 9d', '3 4 9d', 'draining', '2 new workers, 1 old still draining'],
    ['1 2', '1 2', 'noEffect', 'it kept its old workers'],
    ['1 2 9d', '1 2', 'noEffect', 'it kept its old workers'],
    // A worker that was killed by a signal meant for the master is started again with the old config.
    ['1 2', '1 3', 'partial', '1 old worker still there beside 1 new'],
    ['1 2', '1 2 3', 'partial', '2 old workers still there beside 1 new'],
    ['1 2', '', 'partial', 'it has no workers'],
    ['', '', 'idle', 'it had no workers to judge by'],
    ['1 2', '1d 2d', 'partial', 'it has no workers'],
    ['1 2', '1d 2d 3d', 'partial', 'it has no workers'],
  ])('[%s] then [%s]: %s', (before, now, kind, words) => {
    const verdict = judge(workers(before), there(now))
    expect(verdict.kind).toBe(kind)
    expect(describeVerdict(verdict)).toBe(words)
  })
  it.each<[before: string, now: string, says: Partial<Sighting>, kind: string]>([
    ['1 2', '1 2 3 4', { isTaken: true }, 'draining'],
    ['1 2', '3 4', { isTaken: true }, 'applied'],
    ['1 2', '1 2', { isTaken: true }, 'noEffect'],
    // All are new, but the server has not taken the config: they may have crashed.
    ['1 2', '3 4', { isTaken: false }, 'partial'],
    ['', '', {}, 'idle'],
    ['', '', { isReexecuted: true }, 'applied'],
    ['1', '', { isReexecuted: true }, 'partial'],
    ['1', '1', { isReexecuted: true }, 'noEffect'],
    ['1 2', '1 2 3 4', { startsBeside: true }, 'draining'],
    ['1 2', '1 2 3', { startsBeside: true }, 'partial'],
    ['1 2', '1 2 3 4', { startsBeside: true, isTaken: false }, 'partial'],
  ])('[%s] then [%s] with %j: %s', (before, now, says, kind) => {
    expect(judge(workers(before), { ...there(now), ...says }).kind).toBe(kind)
  })
  it('tells a master that ended from one whose pid was given away', () => {
    expect(judge(workers('1'), { master: 'gone', workers: [] }).kind).toBe('died')
    expect(judge(workers('1'), { master: 'replaced', workers: workers('5') }).kind).toBe('lostTarget')
  })
})

/** Looks every 100 ms; the time of the final word, or what it came to. */
const run = (before: string, ...looks: readonly string[]): string => {
  let state = settling(workers(before), 0)
  for (const [index, look] of looks.entries()) {
    state = observe(state, there(look), index * 100)
    const final = settled(state, index * 100)
    if (final) return `${final.kind} at ${index * 100}`
  }
  return lastWord(state).kind
}

const repeat = (look: string, times: number): readonly string[] => Array.from({ length: times }, () => look)

describe('settled', () => {
  it.each<[before: string, looks: readonly string[], expected: string]>([
    ['1 2', ['1 2', ...repeat('3 4', 4)], 'applied at 400'],
    ['1 2', ['3 4', '3 4', '3 4'], 'applied'],
    ['1 2', ['3 4', '3 4', '3 5', ...repeat('3 5', 3)], 'applied at 500'],
    ['1 2', ['3 4 1d', '3 4 1d', ...repeat('3 4', 2)], 'applied at 300'],
    ['1 2', ['3 4', '1 2', ...repeat('3 4', 4)], 'applied at 500'],
    // Fewer than before: one-by-one reloads pass through this, so it must hold for longer.
    ['1 2', repeat('3', 10), 'applied'],
    ['1 2', repeat('3', 11), 'applied at 1000'],
    ['1 2', ['3 4', '5 6', '7 8', '9 10'], 'unstable'],
    ['1 2', ['3 4', '', '5 6', ''], 'unstable'],
    ['1 2', repeat('1 2', 20), 'noEffect'],
    ['1 2', repeat('1 3', 20), 'partial'],
  ])('[%s] %j: %s', (before, looks, expected) => {
    expect(run(before, ...looks)).toBe(expected)
  })
  it.each<[before: string, looks: readonly string[], expected: string]>([
    ['1', ['1', ...repeat('3', 15)], 'noEffect'],
    ['1', ['1', '', ...repeat('3', 15)], 'noEffect'],
    ['1 2', ['1 2', '2', '2 3', '3', ...repeat('3 4', 15)], 'noEffect'],
    ['1 9d', ['1 9d', ...repeat('3 9d', 15)], 'noEffect'],
    ['1', ['1', '1 3', ...repeat('3', 4)], 'applied at 500'],
    ['1 2 5', ['1 2 5', '1d 3', ...repeat('3', 15)], 'applied at 1100'],
    ['1 2', ['1 3', '1 3 4 5', ...repeat('4 5', 4)], 'applied at 500'],
    // The look was missed: the signal that is sent once more tells.
    ['1', ['3', '3 4', ...repeat('4', 4)], 'applied at 500'],
    ['', repeat('3', 4), 'applied at 300'],
  ])('of one whose workers overlap: [%s] %j: %s', (before, looks, expected) => {
    let [state, at] = [settling(workers(before), 0), -100]
    const ends = looks.map((look) => {
      state = observe(state, { ...there(look), overlaps: true }, (at += 100))
      const final = settled(state, at)
      return final && `${final.kind} at ${at}`
    })
    expect(ends.find(Boolean) ?? lastWord(state).kind).toBe(expected)
  })
  it('waits for longer when there are no workers', () => {
    let state = settling([], 0)
    const at = (now: number): string | undefined => {
      state = observe(state, { ...there(''), isReexecuted: true }, now)
      const final = settled(state, now)
      return final && describeVerdict(final)
    }
    expect([at(0), at(300), at(1000)]).toEqual([
      undefined,
      undefined,
      'it has executed itself again and has no workers yet',
    ])
  })
  it('says that a worker was only started again', () => {
    const state = observe(settling(workers('1'), 0), { ...there('3'), overlaps: true }, 0)
    expect(describeVerdict(lastWord(state))).toBe(
      'it has only started 1 worker again in place of old ones that ended',
    )
  })
  it('waits for longer when old workers are only presumed to drain', () => {
    let state = settling(workers('1 2'), 0)
    const at = (now: number): string | undefined => {
      state = observe(state, { ...there('1 2 3 4'), startsBeside: true }, now)
      return settled(state, now)?.kind
    }
    expect([at(0), at(300), at(1400), at(1500)]).toEqual([undefined, undefined, undefined, 'draining'])
  })
  it('waits for nothing once the master is gone', () => {
    const state = observe(settling(workers('1'), 0), { master: 'gone', workers: [] }, 0)
    expect(settled(state, 0)).toEqual({ kind: 'died' })
  })
})
