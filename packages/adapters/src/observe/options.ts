import { type Clock, type Duration, systemClock, toMs, UsageError } from '@hotmount/core'
import { type Place, placeOf } from './listen.js'

/** Options of `serveStatus`. */
export interface ServeOptions {
  /** `9533` or `127.0.0.1:9533`: this pod only. `:9533`: every address. `[::1]:9533`, `unix:/run/hotmount.sock`. */
  readonly listen: string
  /** A file with the token that everything but `/livez` asks for; read anew for each request. */
  readonly bearerFile?: string
  /** How long `/readyz` says yes although what is mounted is not in effect. Default 0. */
  readonly stale?: Duration
  /** Closes the server. */
  readonly signal?: AbortSignal
  /** For tests: see `fakeClock` in `@hotmount/core/testing`. */
  readonly clock?: Clock
}

/** Options that were looked at. */
export interface ServePlan {
  readonly place: Place
  readonly bearerFile: string | undefined
  readonly staleMs: number
  readonly signal: AbortSignal | undefined
  readonly clock: Clock
}

const known = ['listen', 'bearerFile', 'stale', 'signal', 'clock']

/** @throws UsageError BAD_OPTION BAD_DURATION */
export const servePlan = (options: ServeOptions): ServePlan => {
  for (const name of Object.keys(options))
    if (!known.includes(name))
      throw new UsageError('BAD_OPTION', `no option ${name}`, { hint: `there are: ${known.join(', ')}` })
  const { listen, bearerFile, stale = 0, signal, clock = systemClock } = options
  return { place: placeOf(listen), bearerFile, staleMs: toMs(stale, 'stale'), signal, clock }
}
