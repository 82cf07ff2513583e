import { toMs } from '@hotmount/core'
import { expect, test } from 'vitest'

test.each([
  [0, 0],
  [1500, 1500],
  ['0ms', 0],
  ['250ms', 250],
  ['1.5s', 1500],
  ['5m', 300_000],
  ['1h', 3_600_000],
] as const)('%s is %d ms', (duration, ms) => {
  expect(toMs(duration, 'x')).toBe(ms)
})

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '5', '', 's', '1d', '-1s', '1 s', '30d', '1000h'])(
  '%j is refused',
  (duration) => {
    expect(() => toMs(duration as number, 'cooldown')).toThrow(
      expect.objectContaining({
        code: 'BAD_DURATION',
        message: expect.stringContaining('cooldown') as string,
      }),
    )
  },
)
