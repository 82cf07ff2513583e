import { type Duration, toMs } from '../base/duration.js'

/** How long writing must be quiet before a look, and the longest that writing can put it off. Milliseconds. */
export interface Settle {
  readonly quietMs: number
  readonly maxMs: number
}

/** When to look, from the times of the first and the last ring since the last look. */
export const fireAt = (firstMs: number, lastMs: number, { quietMs, maxMs }: Settle): number =>
  Math.min(lastMs + quietMs, firstMs + maxMs)

/** A settle option as milliseconds; a bare duration is the quiet time, with ten times that as the longest. */
export const toSettle = (
  option: Duration | { readonly quiet: Duration; readonly max: Duration } | undefined,
  fallback: Settle,
): Settle => {
  if (option === undefined) return fallback
  if (typeof option !== 'object') {
    const quietMs = toMs(option, 'settle')
    return { quietMs, maxMs: quietMs * 10 }
  }
  return { quietMs: toMs(option.quiet, 'settle.quiet'), maxMs: toMs(option.max, 'settle.max') }
}
