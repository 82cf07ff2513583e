/** Pauses after failures, in milliseconds. */
export interface Bounds {
  readonly minMs: number
  readonly maxMs: number
}

/**
 * How long to wait after the nth failure in a row (0: none): doubling, with jitter over the whole, and never before
 * the server wants to be asked again.
 */
export const pauseAfter = (
  failures: number,
  { minMs, maxMs }: Bounds,
  random: number,
  askedMs: number | undefined = 0,
): number => {
  if (failures === 0) return askedMs
  const ceiling = Math.min(maxMs, minMs * 2 ** Math.min(failures, 30))
  return askedMs + Math.round(minMs + random * Math.max(0, ceiling - minMs))
}
