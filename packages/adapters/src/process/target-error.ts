import { ReactionError, type ErrorDetails, type ReactionCode, type Stage } from '@hotmount/core'

/** Which reaction, at which stage, with which revision. */
export interface Where {
  readonly reaction: string
  readonly stage: Stage
  readonly revision: string
}

/** An error of something that does not know which reaction asks: {@link inContext} tells it later. */
export const targetError = (
  code: ReactionCode,
  target: string,
  message: string,
  details?: ErrorDetails,
): ReactionError =>
  new ReactionError(code, { reaction: target, stage: 'apply', revision: '' }, message, details)

const placed = (error: unknown, where: Where): unknown =>
  error instanceof ReactionError && error.revision === ''
    ? new ReactionError(error.code, where, error.message, {
        hint: error.hint,
        retryable: error.retryable,
        origin: error.origin,
      })
    : error

/** Runs work whose errors should say which reaction, stage and revision they belong to. */
export const inContext = async <T>(where: Where, work: () => Promise<T> | T): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw placed(error, where)
  }
}
