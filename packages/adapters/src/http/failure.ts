import { ReactionError, type ReactionCode } from '@hotmount/core'
import type { Where } from '../process/target-error.js'
import type { Exchange } from './request.js'
import type { Refusal } from './retry.js'

/** Everything that an error about a request tells. */
export interface Telling {
  readonly where: Where
  /** 'POST http://127.0.0.1:8080/reload'. */
  readonly shown: string
  readonly refusal: Refusal
  readonly tries: number
  readonly timeoutMs: number
  /** What the server said, already without values. */
  readonly said: string
}

const isForbidden = (status: number): boolean => status === 401 || status === 403

const codeFor = ({ refusal, where }: Telling): ReactionCode => {
  if (refusal.kind === 'timeout') return 'TIMED_OUT'
  if (refusal.kind === 'status' && isForbidden(refusal.status)) return 'TARGET_FORBIDDEN'
  return where.stage === 'verify' ? 'VERIFY_FAILED' : 'APPLY_FAILED'
}

const statusHint = (status: number): string => {
  if (isForbidden(status))
    return 'check the token, certificate or signature that it wants; they are read anew'
  if (status >= 300 && status < 400) return 'redirects are not followed: give the final address'
  if (status === 404 || status === 405) return 'is this the right path, and the right `method`?'
  if (status === 429) return 'the server asks to be left alone for a while; it is asked again later'
  if (status < 500) return 'the server refuses this content; see its own log'
  return 'the server failed; see its own log. It is asked again with growing pauses'
}

const errorHint = (code: string): string => {
  if (/^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/.test(code))
    return 'its certificate is not signed by a known authority: give that one as `tls.ca`'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'its certificate is for another host name'
  if (code.startsWith('CERT_')) return 'its certificate is not valid now'
  if (/^ERR_SSL_.*CERTIFICATE/.test(code))
    return 'it does not take our certificate: see `tls.cert`, `tls.key`'
  if (code.startsWith('ERR_OSSL'))
    return 'are `tls.ca`, `tls.cert` and `tls.key` PEM files that belong together?'
  if (/^(EPROTO|HPE_|ERR_SSL)/.test(code)) return 'is it http:// where https:// is needed, or the reverse?'
  return 'is the server up, and is this the address it listens on?'
}

const outcome = ({ refusal, timeoutMs }: Telling): readonly [what: string, hint: string] => {
  if (refusal.kind === 'timeout') {
    const hint = 'raise `timeout`, or find out what the server waits for'
    return [`gave no answer within ${timeoutMs} ms`, hint]
  }
  if (refusal.kind === 'error') return [`failed (${refusal.code})`, errorHint(refusal.code)]
  const { status, retryAfterMs } = refusal
  const wait = retryAfterMs === undefined ? '' : ` and asks to wait for ${Math.ceil(retryAfterMs / 1000)} s`
  return [`answered ${status}${wait}`, statusHint(status)]
}

/** What became of a request that was not accepted, for a person who may not see a value. */
export const failure = (telling: Telling): ReactionError => {
  const { where, shown, tries, said } = telling
  const [what, hint] = outcome(telling)
  const tried = tries > 1 ? ` (try ${tries})` : ''
  const message = `${shown} ${what}${tried}${said === '' ? '' : `: ${said}`}`
  return new ReactionError(codeFor(telling), where, message, { hint, retryable: true })
}

/** An exchange as a refusal. */
export const refusalOf = (ended: Exchange, retryAfterMs: number | undefined): Refusal =>
  ended.kind === 'answer' ? { kind: 'status', status: ended.status, retryAfterMs } : ended
