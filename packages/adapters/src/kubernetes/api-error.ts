import { type ErrorDetails, ReactionError, type ReactionCode } from '@hotmount/core'

/** What the API server says about a refusal: its own word for it, and what it is about. Names, never values. */
export interface Refused {
  readonly status: number
  /** 'NotFound', 'Conflict', 'Expired' …; empty when it gave none. */
  readonly reason: string
  /** Who it takes us for: 'system:serviceaccount:shop:default'. */
  readonly user?: string | undefined
  /** Names of the fields that it does not take. */
  readonly fields: readonly string[]
  /** After how many milliseconds it wants to be asked again. */
  readonly retryAfterMs?: number | undefined
}

/**
 * A request to the API server that did not succeed. Its hint is the RBAC rule that is missing, or another remedy.
 *
 * @example
 * if (error instanceof ApiError && error.status === 404) await client.create(resources.leases, lease)
 */
export class ApiError extends ReactionError {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  /** The API server's word for it: `Conflict`, `NotFound`, `Expired`, `AlreadyExists` …; or a system error's name. */
  readonly reason: string
  /** When the server wants to be asked again, in milliseconds. */
  readonly retryAfterMs: number | undefined
  constructor(
    code: ReactionCode,
    message: string,
    refused: Pick<Refused, 'status' | 'reason' | 'retryAfterMs'>,
    details: ErrorDetails = {},
  ) {
    super(code, { reaction: 'kubernetes', stage: 'apply', revision: '' }, message, details)
    this.status = refused.status
    this.reason = refused.reason
    this.retryAfterMs = refused.retryAfterMs
  }
}

/** Whether something failed with this status. */
export const hasStatus = (error: unknown, status: number): error is ApiError =>
  error instanceof ApiError && error.status === status

/** Whether somebody else wrote in between. */
export const isConflict = (error: unknown): error is ApiError =>
  hasStatus(error, 409) && error.reason !== 'AlreadyExists'

/** Whether the version that was asked for is no longer kept: list again. */
export const isExpired = (error: unknown): error is ApiError => hasStatus(error, 410)

/** What went wrong apart from the API server's answers: credentials that cannot be read, a `map` that throws. */
export const asApiError = (error: unknown): ApiError => {
  if (error instanceof ApiError) return error
  if (error instanceof ReactionError) {
    const { code, message, hint, retryable, origin } = error
    return new ApiError(code, message, { status: 0, reason: code }, { hint, retryable, origin })
  }
  const what = error instanceof Error ? error.name : typeof error
  return new ApiError('APPLY_FAILED', `map failed (${what})`, { status: 0, reason: 'Map' }, { origin: error })
}
