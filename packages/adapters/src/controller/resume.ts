import type { AnnotationNames } from './annotation-names.js'
import type { Policy } from './policy.js'
import type { Workload } from './workload.js'

/**
 * When a Deployment that Reloader paused is to go on; undefined: it is not paused, or a person did it. Reloader keeps
 * the timer in memory, and one that ended meanwhile leaves the Deployment paused for ever.
 */
export const resumeAtMs = (
  { kind, paused, annotations }: Workload,
  { pausedAt }: AnnotationNames,
  { pauseMs = 0 }: Pick<Policy, 'pauseMs'>,
): number | undefined => {
  const text = annotations[pausedAt]
  if (kind !== 'Deployment' || !paused || text === undefined) return undefined
  const since = Date.parse(text)
  return Number.isNaN(since) ? 0 : since + pauseMs
}
