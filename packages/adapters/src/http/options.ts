import { validateHeaderName, validateHeaderValue } from 'node:http'
import { type Duration, toMs, UsageError } from '@hotmount/core'
import type { Known } from '../options/known.js'
import type { Probe } from '../probe/probe.js'
import type { RetryBounds } from './retry.js'
import { parseTarget, type Target } from './target.js'

/** Paths of PEM files, read anew for each request: a renewed certificate needs no restart. */
export interface TlsFiles {
  /** Certificates that are trusted, instead of the ones that Node brings along. */
  readonly ca?: string
  /** Our own certificate, for mutual TLS, and the key that belongs to it. */
  readonly cert?: string
  readonly key?: string
}

/** What {@link webhook} and {@link push} have in common. */
export interface HttpOptions {
  /** Default POST. */
  readonly method?: 'POST' | 'PUT' | 'GET'
  /** Added to ours, and stronger than `content-type` and `user-agent`. Never printed. */
  readonly headers?: Readonly<Record<string, string>>
  /** The answers that mean yes. Default: 200 to 299, as always for what is read back. Redirects are not followed. */
  readonly status?: number | readonly number[]
  /** For one request, to the last byte of its answer. Default 10 s. */
  readonly timeout?: Duration
  /**
   * Tries inside one apply. Default 3, 250 ms to 5 s apart with jitter, and later where the answer says Retry-After.
   * All together take five sixths of the loop's `timeout` at most: 25 s. Then the loop's own retry goes on.
   */
  readonly retry?: false | { readonly attempts?: number; readonly min?: Duration; readonly max?: Duration }
  /** A file with a bearer token, read anew for each request. */
  readonly bearerFile?: string
  readonly tls?: TlsFiles
  /** Signs time and body with HMAC-SHA256: header `X-Hotmount-Signature: t=<unix seconds>,v1=<hex>`. */
  readonly hmac?: { readonly secretFile: string }
  /** Asked after the answer was yes. */
  readonly verify?: Probe
}

/** The names of what both have. */
export const httpOptions: Known<HttpOptions> = {
  method: true,
  headers: true,
  status: true,
  timeout: true,
  retry: true,
  bearerFile: true,
  tls: true,
  hmac: true,
  verify: true,
}

/** Options that were looked at: what every request of an adapter needs. */
export interface Settings {
  readonly target: Target
  readonly method: 'POST' | 'PUT' | 'GET'
  readonly headers: Readonly<Record<string, string>>
  readonly accepts: (status: number) => boolean
  readonly timeoutMs: number
  readonly bounds: RetryBounds
  readonly bearerFile: string | undefined
  readonly tls: TlsFiles
  readonly secretFile: string | undefined
}

const bad = (message: string, hint?: string): UsageError => new UsageError('BAD_OPTION', message, { hint })

const sendable = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name)
      validateHeaderValue(name, value)
    } catch {
      throw bad(`headers: ${JSON.stringify(name)} or its value cannot be sent in a header`)
    }
  }
  return headers
}

const boundsOf = (retry: HttpOptions['retry']): RetryBounds => {
  const { attempts = 3, min = 250, max = '5s' } = retry === false ? { attempts: 1 } : (retry ?? {})
  if (!(attempts >= 1)) throw bad('retry.attempts: at least 1, the first one')
  return { attempts, minMs: toMs(min, 'retry.min'), maxMs: toMs(max, 'retry.max') }
}

/** The usual yes. */
export const isSuccess = (status: number): boolean => status >= 200 && status < 300

/** @throws UsageError BAD_OPTION, BAD_DURATION */
export const settingsOf = (adapter: string, url: string | URL, options: HttpOptions): Settings => {
  const target = parseTarget(adapter, url)
  const { method = 'POST', status, timeout = '10s', bearerFile, tls = {}, hmac } = options
  if ((tls.cert === undefined) !== (tls.key === undefined))
    throw bad('tls: cert and key belong together; one of them is missing')
  if (target.url.protocol === 'http:' && Object.values(tls).some((path) => path !== undefined))
    throw bad('tls: the URL begins with http://, so nothing would be encrypted', 'write https://')
  if (bearerFile !== undefined && target.basic !== undefined)
    throw bad('bearerFile: the URL has a user already, and there is room for one Authorization only')
  const accepted = status === undefined ? undefined : [status].flat()
  return {
    target,
    method,
    headers: sendable(options.headers ?? {}),
    accepts: (got) => accepted?.includes(got) ?? isSuccess(got),
    timeoutMs: toMs(timeout, 'timeout'),
    bounds: boundsOf(options.retry),
    bearerFile,
    tls,
    secretFile: hmac?.secretFile,
  }
}
