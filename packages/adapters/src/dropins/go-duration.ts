import { UsageError } from '@hotmount/core'

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}
const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy

// Node fires a longer timer at once. docs/02-changes.md
const longestMs = 2_147_483_647

const sumOf = (text: string): number => {
  let [sum, end] = [0, 0]
  for (const { 0: whole, 1: number, 2: unit = '' } of text.matchAll(part)) {
    sum += Number(number) * (unitMs[unit] ?? Number.NaN)
    end += whole.length
  }
  return end === text.length && end > 0 ? sum : Number.NaN
}

/**
 * Milliseconds of a length of time as Go writes it: `1m30s`, `3m`, `1.5h`, `0`.
 *
 * @throws UsageError BAD_DURATION, naming `flag`, for what is none, negative, or over 24 days
 * @example
 * goDurationMs('1m30s', '--watch-interval') // 90_000
 */
export const goDurationMs = (text: string, flag: string): number => {
  const unsigned = text.replace(/^[+]/, '')
  const ms = unsigned === '0' ? 0 : sumOf(unsigned)
  if (ms >= 0 && ms <= longestMs) return ms
  throw new UsageError('BAD_DURATION', `${flag}: ${JSON.stringify(text)} is not a length of time`, {
    hint: 'write numbers with units: 250ms, 5s, 3m, 1m30s, 1h (at most 24 days)',
  })
}
