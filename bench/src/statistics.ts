/** The value below which a share of them lies, between two neighbours where it must; NaN of none. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  if (low === undefined || high === undefined) return Number.NaN
  return low + (high - low) * (at - Math.floor(at))
}

/** The middle one; NaN of none. */
export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** One figure of several rounds: the middle one, and how far the rounds lie apart. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** The spread over rounds, leaving out those that measured nothing; undefined when none did. */
export const spreadOf = (rounds: readonly (number | undefined)[]): Spread | undefined => {
  const values = rounds.filter((value): value is number => value !== undefined && Number.isFinite(value))
  if (values.length === 0) return undefined
  return { median: median(values), low: Math.min(...values), high: Math.max(...values) }
}

/** The spread of a ratio whose two sides were measured in the same round. */
export const ratioOf = (
  rounds: readonly (number | undefined)[],
  floor: readonly (number | undefined)[],
): Spread | undefined =>
  spreadOf(
    rounds.map((value, round) => {
      const below = floor[round]
      return value === undefined || below === undefined || below === 0 ? undefined : value / below
    }),
  )
