import { type Duration, toMs } from '../base/duration.js'
import { UsageError } from '../base/errors.js'
import type { BackoffBounds } from './backoff.js'
import type { ReloadOptions } from './reloader.js'

/** How fast a loop may go, all decided. Milliseconds. */
export interface Pace {
  readonly splayMs: number
  readonly cooldownMs: number
  readonly timeoutMs: number
  /** Tries of one revision, the first included. */
  readonly attempts: number
  readonly backoff: BackoffBounds
  readonly breaker: { readonly max: number; readonly withinMs: number } | undefined
}

const bad = (message: string, hint: string): UsageError => new UsageError('BAD_OPTION', message, { hint })
const ms = (duration: Duration | undefined, fallback: number, name: string): number =>
  duration === undefined ? fallback : toMs(duration, name)
const known = 'initial applied gate splay cooldown timeout retry breaker signal clock'.split(' ')

/** Reads the options of `reload`. @throws UsageError BAD_OPTION BAD_DURATION */
export const toPace = (options: ReloadOptions): Pace => {
  for (const name of Object.keys(options))
    if (!known.includes(name)) throw bad(`no option ${name}`, `there are: ${known.join(', ')}`)
  const { retry = {}, breaker } = options
  if (options.initial === true && options.applied)
    throw bad(
      'initial and applied: one excludes the other',
      'initial: nothing runs yet; applied: this revision runs',
    )
  const attempts = retry === false ? 1 : (retry.attempts ?? Number.POSITIVE_INFINITY)
  if (!(attempts >= 1))
    throw bad('retry.attempts: less than one', 'the first try counts too; use retry: false for no retries')
  const minMs = retry === false ? 1000 : ms(retry.min, 1000, 'retry.min')
  const maxMs = retry === false ? minMs : ms(retry.max, 300_000, 'retry.max')
  if (breaker !== undefined && !(breaker.max >= 1))
    throw bad('breaker.max: less than one', 'it is the number of applies allowed')
  const timeoutMs = ms(options.timeout, 30_000, 'timeout')
  if (timeoutMs === 0) throw bad('timeout: no time at all', 'it is per stage; the default is 30s')
  return {
    splayMs: ms(options.splay, 0, 'splay'),
    cooldownMs: ms(options.cooldown, 0, 'cooldown'),
    timeoutMs,
    attempts,
    backoff: { minMs, maxMs: Math.max(minMs, maxMs) },
    breaker: breaker && { max: breaker.max, withinMs: toMs(breaker.within, 'breaker.within') },
  }
}
