/** Bounds of the tries inside one apply, in milliseconds. */
export interface RetryBounds {
  /** The first one included. */
  readonly attempts: number
  readonly minMs: number
  readonly maxMs: number
}

/** How one request ended without being accepted. */
export type Refusal =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterMs: number | undefined }
  /** The system's or the TLS library's code. */
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'timeout' }

/** Where things stand after a refusal. */
export interface Standing {
  readonly tries: number
  /** Of the time that all tries together may take. */
  readonly leftMs: number
  /** 0 to 1. */
  readonly random: number
}

/** A server that asks for a year must not lose us for a year. */
const longestWaitMs = 3_600_000

/** Milliseconds of a Retry-After header, seconds or a date; an hour at most. */
export const retryAfterMs = (header: string | undefined, nowMs: number): number | undefined => {
  if (header === undefined) return undefined
  if (/^\d+$/.test(header)) return Math.min(Number(header) * 1000, longestWaitMs)
  // Date.parse takes -1 for the year 2001.
  const date = header.endsWith('GMT') ? Date.parse(header) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - nowMs), longestWaitMs)
}

// A certificate that is not trusted now is not trusted in a second. A key that does not fit its certificate is:
// the two files may have been read in the middle of a swap.
const lasting =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_|ERR_TLS|ERR_SSL|ERR_OSSL|ERR_INVALID|EPROTO|HPE_)/

/** Whether the same request may be accepted a moment later. */
export const isPassing = (refusal: Refusal): boolean => {
  if (refusal.kind === 'timeout') return true
  if (refusal.kind === 'error')
    return refusal.code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' || !lasting.test(refusal.code)
  return [408, 425, 429].includes(refusal.status) || (refusal.status >= 500 && refusal.status !== 501)
}

/** Doubling, with jitter over the whole: replicas that failed together do not come back together. */
const jitteredMs = ({ minMs, maxMs }: RetryBounds, { tries, random }: Standing): number => {
  const ceiling = Math.min(maxMs, minMs * 2 ** Math.min(tries, 40))
  return Math.round(minMs + random * Math.max(0, ceiling - minMs))
}

/** After how many milliseconds the next try is due; undefined when this was the last. */
export const pauseMs = (refusal: Refusal, bounds: RetryBounds, standing: Standing): number | undefined => {
  if (standing.tries >= bounds.attempts || !isPassing(refusal)) return undefined
  const asked = refusal.kind === 'status' ? (refusal.retryAfterMs ?? 0) : 0
  const ms = asked + jitteredMs(bounds, standing)
  return ms < standing.leftMs ? ms : undefined
}
