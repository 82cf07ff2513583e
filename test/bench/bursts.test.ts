import { describe, expect, it } from 'vitest'
import { addCounts, countBurst } from '../../bench/src/measurements/bursts.js'
import { latenciesOf } from '../../bench/src/measurements/latency.js'
import type { Delivery } from '../../bench/src/processes/reader.js'

const delivered = (...swaps: readonly (number | 'torn')[]): readonly Delivery[] =>
  swaps.map((swap, index) => ({
    atUs: 1000 * index,
    volume: 0,
    swap: swap === 'torn' ? 0 : swap,
    torn: swap === 'torn',
  }))

/** Swaps 5, 6 and 7, so many milliseconds apart. */
const burst = (gapMs: number, ...swaps: readonly (number | 'torn')[]) =>
  countBurst({
    from: 5,
    publishedUs: [0, gapMs * 1000, gapMs * 2000],
    seen: { deliveries: delivered(...swaps), failed: 0 },
  })

describe('of a burst', () => {
  it('nothing is wrong when the last one is delivered and the others were superseded', () => {
    expect(burst(1, 7)).toMatchObject({ lost: 0, torn: 0, missed: 0, repeated: 0, deliveries: 1, swaps: 3 })
    expect(burst(20, 5, 6, 7)).toMatchObject({ lost: 0, missed: 0, repeated: 0 })
  })
  it('the last one is lost when it was never delivered whole', () => {
    expect(burst(1, 5, 6)).toMatchObject({ lost: 1, missed: 1 })
    expect(burst(1, 'torn')).toMatchObject({ lost: 1, torn: 1 })
    expect(burst(1)).toMatchObject({ lost: 1, deliveries: 0 })
  })
  it('one is missed that stood for a while and was never delivered', () => {
    expect(burst(20, 5, 7)).toMatchObject({ lost: 0, missed: 1 })
    expect(burst(5, 5, 7)).toMatchObject({ missed: 0 })
  })
  it('what was delivered before is told again, also when it is older', () => {
    expect(burst(20, 5, 6, 6, 7)).toMatchObject({ repeated: 1 })
    expect(burst(20, 4, 5, 6, 7, 7, 6)).toMatchObject({ repeated: 3 })
  })
  it('counts are added up', () => {
    expect(addCounts(burst(1, 7), burst(1, 'torn'))).toMatchObject({ bursts: 2, swaps: 6, lost: 1, torn: 1 })
  })
})

describe('a latency', () => {
  const seen = { deliveries: delivered(5, 7), failed: 0, cpuUs: 0, stallMs: 0 }
  it('lasts until this swap or a newer one is delivered', () => {
    expect(latenciesOf([-300, 100, 200], 5, seen)).toEqual([300, 900, 800])
  })
  it('is none where nothing came', () => {
    expect(latenciesOf([0, 0], 8, seen)).toEqual([])
  })
})
