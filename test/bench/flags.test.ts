import { describe, expect, it } from 'vitest'
import { readFlags } from '../../bench/src/flags.js'
import { flawsOf } from '../../bench/src/flaws.js'
import { cell, sample } from './sample-results.js'

const blind = (name: string): readonly string[] =>
  flawsOf({ ...sample, latency: [cell(name, 1, [Number.NaN])] }, [])

describe('the flags', () => {
  const parts = ['latency', 'bursts', 'storm'] as const
  it('ask for everything when there are none', () => {
    expect(readFlags([], parts)).toEqual({ only: parts, rounds: undefined, smoke: false, render: false })
  })
  it('choose parts, in the order in which they run', () => {
    expect(readFlags(['--only', 'storm,latency', '--rounds', '7'], parts)).toMatchObject({
      only: ['latency', 'storm'],
      rounds: 7,
    })
    expect(readFlags(['--only', 'storm', '--only=bursts'], parts).only).toEqual(['bursts', 'storm'])
  })
  it('are refused by name when they make no sense', () => {
    expect(() => readFlags(['--only', 'latencies'], parts)).toThrow(
      /no measurement latencies; there are latency/,
    )
    for (const rounds of ['many', '2.5', '0'])
      expect(() => readFlags([`--rounds=${rounds}`], parts)).toThrow(`--rounds: ${rounds}`)
    expect(() => readFlags(['--fast'], parts)).toThrow(/--fast/)
  })
})

describe('results', () => {
  it('are well-formed when every part is there and every figure is a number', () => {
    expect(flawsOf(sample, ['latency', 'storm', 'parsing', 'footprint'])).toEqual([])
  })
  it('are not when a part is missing or empty', () => {
    const { storm: _, ...rest } = sample
    expect(flawsOf({ ...rest, bursts: [] }, ['storm', 'bursts', 'scale'])).toEqual([
      'storm is missing',
      'bursts is missing',
    ])
  })
  it('may lack the latency of another contender, not ours', () => {
    expect(blind('c12 watchConfig')).toEqual([])
    expect(blind('hotmount')).toContain('results.latency.0.rounds.0.p50Us is no number')
  })
})
