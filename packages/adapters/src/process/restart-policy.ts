/** When a child that has ended is started again. */
export type RestartPolicy = 'never' | 'onFailure' | 'always'

const firstMs = 500
const mostMs = 30_000
/** A child that ran this long has recovered from what made it fail before. */
const healthyMs = 30_000

/** Whether a child that ended by itself with this exit code is started again. */
export const shouldRestart = (policy: RestartPolicy, code: number): boolean =>
  policy === 'always' || (policy === 'onFailure' && code !== 0)

/** The number of failures in a row, counting the one that has just happened. */
export const countFailure = (failures: number, ranMs: number): number =>
  ranMs >= healthyMs ? 1 : failures + 1

/** Milliseconds to wait before the next start: doubling from 0.5 s to 30 s, half of it by chance (`random`: 0 to 1). */
export const restartDelay = (failures: number, random: number): number => {
  const full = Math.min(mostMs, firstMs * 2 ** (failures - 1))
  return full / 2 + (full / 2) * random
}
