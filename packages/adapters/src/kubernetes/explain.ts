import type { ReactionCode } from '@hotmount/core'
import { errnoOf } from '../process/errno.js'
import { ApiError, type Refused } from './api-error.js'
import type { Address, Resource } from './resources.js'

/** What was asked for, as RBAC sees it. */
export interface Asked extends Address {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete'
  readonly resource: Resource
}

/** 'patch deployments/shop in namespace web'. */
const askedOf = ({ verb, resource, namespace, name, subresource }: Asked): string => {
  const what = [resource.plural, name, subresource].filter((part) => part !== undefined).join('/')
  const where = namespace === undefined ? 'all namespaces' : `namespace ${namespace}`
  return `${verb} ${what} in ${where}`
}

/** The RBAC rule that allows it, as it stands in a Role. */
const ruleFor = ({ verb, resource, name, namespace, subresource }: Asked): string => {
  const plural = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`
  const named = name === undefined || verb === 'create' ? '' : `, resourceNames: ["${name}"]`
  const role = namespace === undefined ? 'ClusterRole' : `Role in namespace ${namespace}`
  return `${role}: { apiGroups: ["${resource.group}"], resources: ["${plural}"]${named}, verbs: ["${verb}"] }`
}

const forbidden = (asked: Asked, { user }: Refused, source: string): string => {
  const who = user === undefined ? source : user.replace(/^system:serviceaccount:/, 'ServiceAccount ')
  return `bind to ${who} a ${ruleFor(asked)}`
}

const codes: Readonly<Record<number, ReactionCode>> = {
  401: 'TARGET_FORBIDDEN',
  403: 'TARGET_FORBIDDEN',
  404: 'TARGET_NOT_FOUND',
}

const hintFor = (asked: Asked, refused: Refused, source: string): string => {
  const { status, fields } = refused
  if (status === 401) return `the token or certificate of ${source} is not accepted; it was read anew`
  if (status === 403) return forbidden(asked, refused, source)
  if (status === 404) return 'does it exist, in this namespace, and does this cluster know the type?'
  if (status === 409) return 'somebody else has written it in between: read it again, then try again'
  if (status === 410) return 'this version is no longer kept: list again'
  if (status === 429) return 'the API server asks to be left alone for a while'
  if (status === 422 || status === 400)
    return fields.length > 0 ? `it does not take: ${fields.join(', ')}` : "see the API server's log"
  return 'the API server failed; it is asked again with growing pauses'
}

const isPassing = (status: number): boolean => status === 409 || status === 429 || status >= 500

/** An answer that was no, for a person. */
export const refusal = (asked: Asked, refused: Refused, source: string): ApiError => {
  const { status, reason } = refused
  const words = reason === '' ? `${status}` : `${status} ${reason}`
  return new ApiError(
    codes[status] ?? 'APPLY_FAILED',
    `${askedOf(asked)}: the API server answered ${words}`,
    refused,
    // A right that is missing is given while this runs, and a token is rotated: worth asking again.
    {
      hint: hintFor(asked, refused, source),
      retryable: isPassing(status) || status === 401 || status === 403,
    },
  )
}

const tlsHint = (code: string): string | undefined => {
  if (/^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_)/.test(code))
    return 'the certificate of the API server is not signed by the authority (ca) that is configured'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'the certificate of the API server is for another name (tls-server-name)'
  return undefined
}

/** The reason of an answer that has more bytes than are taken. */
export const tooLarge = 'ANSWER_TOO_LARGE'

/** No answer at all, or none that can be taken. */
export const noAnswer = (asked: Asked, error: unknown, server: URL): ApiError => {
  const code = errnoOf(error)
  if (code === tooLarge)
    return new ApiError(
      'APPLY_FAILED',
      `${askedOf(asked)}: the answer of ${server.origin} is too large`,
      { status: 0, reason: code },
      { hint: 'narrow it down with a label selector, or ask for fewer objects at once: limit' },
    )
  return new ApiError(
    'APPLY_FAILED',
    `${askedOf(asked)}: no answer from ${server.origin} (${code})`,
    { status: 0, reason: code },
    {
      hint: tlsHint(code) ?? 'is the API server up, and may this pod reach it (NetworkPolicy)?',
      retryable: true,
    },
  )
}

/** Time was over. */
export const outOfTime = (asked: Asked, timeoutMs: number, server: URL): ApiError =>
  new ApiError(
    'TIMED_OUT',
    `${askedOf(asked)}: no answer from ${server.origin} within ${timeoutMs} ms`,
    { status: 0, reason: 'Timeout' },
    { hint: 'is the API server overloaded, or the connection cut? It is asked again', retryable: true },
  )
