import { UsageError } from './errors.js'

/** A length of time: a number is milliseconds, a string carries its unit. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h'}`

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
// Node fires a longer timer at once (with a warning): 2^31-1 ms, about 24.8 days.
const longestMs = 2_147_483_647

/**
 * Milliseconds of a {@link Duration}.
 *
 * @throws UsageError BAD_DURATION for a negative, endless, too long or unreadable one.
 * @example
 * toMs('1.5s', 'cooldown') // 1500
 */
export const toMs = (duration: Duration, option: string): number => {
  const match = typeof duration === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(duration) : undefined
  const ms = match ? Number(match[1]) * (unitMs[match[2] ?? ''] ?? Number.NaN) : Number(duration)
  if ((typeof duration === 'string' && !match) || !(ms >= 0 && ms <= longestMs))
    throw new UsageError('BAD_DURATION', `${option}: ${JSON.stringify(duration)} is not a duration`, {
      hint: "use milliseconds as a number, or a string like '250ms', '10s', '5m', '1h' (at most 24 days)",
    })
  return ms
}
