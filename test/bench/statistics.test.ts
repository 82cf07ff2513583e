import { describe, expect, it } from 'vitest'
import { array, assert, double, property } from 'fast-check'
import { median, quantile, ratioOf, spreadOf } from '../../bench/src/statistics.js'

describe('a quantile', () => {
  it('is one of the values, or lies between two neighbours', () => {
    expect([0, 0.5, 1].map((share) => quantile([3, 1, 2], share))).toEqual([1, 2, 3])
    expect(quantile([10, 20], 0.99)).toBeCloseTo(19.9)
    expect(median([4, 1, 2, 3])).toBe(2.5)
  })
  it('of nothing is no number', () => {
    expect(median([])).toBeNaN()
  })
  it('never leaves the values, and grows with the share', () => {
    const values = array(double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), {
      minLength: 1,
    })
    assert(
      property(values, double({ min: 0, max: 1, noNaN: true }), (all, share) => {
        const value = quantile(all, share)
        expect(value).toBeGreaterThanOrEqual(Math.min(...all))
        expect(value).toBeLessThanOrEqual(Math.max(...all))
        expect(quantile(all, share / 2)).toBeLessThanOrEqual(value)
      }),
    )
  })
})

describe('a spread over rounds', () => {
  it('leaves out rounds that measured nothing', () => {
    expect(spreadOf([3, undefined, 1, Number.NaN, 2])).toEqual({ median: 2, low: 1, high: 3 })
    expect(spreadOf([undefined, Number.NaN])).toBeUndefined()
  })
  it('of a ratio divides round by round, not median by median', () => {
    // A slow machine in the second round slows both.
    expect(ratioOf([2, 20, 3], [1, 10, 1])).toEqual({ median: 2, low: 2, high: 3 })
    expect(ratioOf([2, 2], [0])).toBeUndefined()
  })
})
