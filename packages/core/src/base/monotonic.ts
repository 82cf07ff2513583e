/**
 * Milliseconds since some moment of the past, never going back. What `performance.now()` tells, but that loads
 * `perf_hooks`, nine modules and up to 1.4 MB of a process.
 */
export const monotonicMs = (): number => {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}
