import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs, splayShareMs } from '../../../packages/core/src/reload/backoff.js'

test('a backoff stays between its bounds and doubles what it may add', () => {
  const bounds = { minMs: 1000, maxMs: 300_000 }
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (failures, random) => {
        const ms = backoffMs(failures, bounds, random)
        expect(ms).toBeGreaterThanOrEqual(bounds.minMs)
        expect(ms).toBeLessThanOrEqual(Math.min(bounds.maxMs, bounds.minMs * 2 ** failures))
      },
    ),
  )
  expect([1, 2, 3, 20].map((failures) => backoffMs(failures, bounds, 1))).toEqual([2000, 4000, 8000, 300_000])
})

test('a pod has the same share of a splay each time, and many pods share it evenly', () => {
  const shares = Array.from({ length: 1000 }, (_, index) => splayShareMs(10_000, `shop-7d4b9c-${index}`))
  expect(splayShareMs(10_000, 'shop-7d4b9c-1')).toBe(shares[1])
  for (const tenth of Array.from({ length: 10 }, (_, index) => index * 1000)) {
    const inTenth = shares.filter((share) => share >= tenth && share < tenth + 1000)
    expect(inTenth.length).toBeGreaterThan(60)
    expect(inTenth.length).toBeLessThan(140)
  }
})
