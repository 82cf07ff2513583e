import { describe, expect, it } from 'vitest'
import { verdictsOf } from '../../bench/src/report/verdicts.js'
import { worstOf } from '../../bench/src/report/verdict.js'
import type { Results } from '../../bench/src/results.js'
import { cell, counts, many, sample } from './sample-results.js'

const missed = (results: Results): readonly string[] =>
  verdictsOf(results)
    .filter(({ met }) => !met)
    .map(({ target }) => target)

describe('verdicts', () => {
  it('cover every target, and all are met where all is well', () => {
    expect(verdictsOf(sample)).toHaveLength(16)
    expect(missed(sample)).toEqual([])
  })
  it('leave out what was not measured', () => {
    expect(verdictsOf({ machine: sample.machine, rounds: 1 })).toEqual([])
  })
  it('are decided by the worst size, and name it', () => {
    const latency = [...(sample.latency ?? []), cell('fs.watch', 10, [300]), cell('hotmount', 10, [600])]
    const verdict = verdictsOf({ ...sample, latency }).find(({ target }) => target.startsWith('median'))
    expect(verdict).toMatchObject({ met: false })
    expect(verdict?.measured).toBe('2 of 3 sizes; at worst 2.00 × (0.6 against 0.3 ms, 10 keys of 1 KiB)')
  })
  const broken: readonly (readonly [string, Partial<Results>, number])[] = [
    ['a lost revision', { bursts: [{ contender: 'hotmount', gapMs: 5, counts: { ...counts, lost: 1 } }] }, 1],
    ['a torn read', { bursts: [{ contender: 'hotmount', gapMs: 5, counts: { ...counts, torn: 1 } }] }, 1],
    [
      'a missed revision',
      { bursts: [{ contender: 'hotmount', gapMs: 5, counts: { ...counts, missed: 1 } }] },
      1,
    ],
    [
      'an event too many',
      { bursts: [{ contender: 'hotmount', gapMs: 5, counts: { ...counts, repeated: 1 } }] },
      1,
    ],
    [
      'a watch for each key',
      { scale: [{ contender: 'hotmount', mounts: 500, rounds: [{ ...many, watches: 10_000 }] }] },
      1,
    ],
    [
      'slow and large',
      {
        scale: [
          { contender: 'hotmount', mounts: 500, rounds: [{ ...many, readyMs: 1500, bytesPerMount: 90_000 }] },
        ],
      },
      2,
    ],
    [
      'one stall',
      {
        stall: [
          {
            contender: 'hotmount',
            rounds: [
              [2, 2],
              [2, 10.5],
            ],
          },
        ],
      },
      1,
    ],
    ['copies', { sharing: { snapshotBytes: 1e6, snapshots: 4, bytesPerSnapshot: 1e6 } }, 1],
    [
      'slow parsing',
      { parsing: [{ format: 'yaml', bytes: 10_000, rounds: [{ liveMs: 1.4, bareMs: 1 }] }] },
      1,
    ],
  ]
  it.each(broken)('say so of %s', (_, part, targets) => {
    expect(missed({ ...sample, ...part })).toHaveLength(targets)
  })
  it('compare an import with that of the same round', () => {
    const [core, chokidar] = sample.imports ?? []
    if (!core || !chokidar) throw new Error('the sample has no imports')
    expect(missed({ ...sample, imports: [{ ...core, rounds: [25, 26, 25] }, chokidar] })).toHaveLength(1)
  })
})

it('finds the worst, leaving out what has no size', () => {
  expect(worstOf([1, 3, 2], (value) => value)).toBe(3)
  expect(worstOf([Number.NaN, 1], (value) => value)).toBe(1)
  expect(worstOf([], () => 1)).toBeUndefined()
})
