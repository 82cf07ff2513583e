import { exchange } from '../probe/exchange.js'
import { errnoOf } from '../process/errno.js'
import { targetError } from '../process/target-error.js'
import type { Question, Word } from '../process/witness.js'

/** What Prometheus tells of its reloads. */
export interface ReloadMetrics {
  readonly isSuccessful: boolean
  /** Of the last reload that succeeded, in seconds. */
  readonly timestamp: number
}

/** Reads both metrics; undefined when one is missing. */
export const metricsIn = (page: string): ReloadMetrics | undefined => {
  const value = (name: string): number =>
    Number(new RegExp(`^prometheus_config_last_reload_${name} (\\S+)$`, 'm').exec(page)?.[1] ?? Number.NaN)
  const [gauge, timestamp] = [value('successful'), value('success_timestamp_seconds')]
  return Number.isNaN(gauge + timestamp) ? undefined : { isSuccessful: gauge === 1, timestamp }
}

/** What they say after a reload. The gauge alone may still be that of the reload before. */
export const wordOf = (before: ReloadMetrics, now: ReloadMetrics | undefined): Word => {
  if (now && now.isSuccessful && now.timestamp > before.timestamp)
    return { kind: 'taken', evidence: 'config_last_reload_successful is 1 and its time stamp moved on' }
  return now && !now.isSuccessful && before.isSuccessful ? { kind: 'refused', said: '' } : { kind: 'silent' }
}

const idleMs = 3000

/** Asks for the metrics now; returns the question whether a reload has succeeded since. @throws ReactionError */
export const metricsAt = async (base: URL, signal: AbortSignal): Promise<Question> => {
  const url = new URL('metrics', base)
  const describe = `GET ${url.origin}${url.pathname}`
  const read = async (by: AbortSignal): Promise<ReloadMetrics | undefined> =>
    metricsIn((await exchange(url, { signal: by, idleMs })).body)
  const [before, why] = await read(signal).then(
    (found) => [found, 'the metrics of config reloads are not there'] as const,
    (error: unknown) => [undefined, errnoOf(error)] as const,
  )
  signal.throwIfAborted()
  if (!before)
    throw targetError('APPLY_FAILED', describe, `${describe}: ${why}, so a reload could not be proven`, {
      hint: 'url is where Prometheus itself answers, with its --web.route-prefix',
      retryable: true,
    })
  return async (later) => {
    const now = await read(later).catch(() => undefined)
    later.throwIfAborted()
    return wordOf(before, now)
  }
}
