/** An answer that is no, as an API server words it. */
export class Refusal extends Error {
  readonly status: number
  readonly reason: string
  readonly retryAfter: number | undefined
  constructor(status: number, reason: string, message: string, retryAfter?: number) {
    super(message)
    this.status = status
    this.reason = reason
    this.retryAfter = retryAfter
  }

  /** The `Status` object. */
  body(): object {
    const { status: code, reason, message, retryAfter } = this
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      ...(retryAfter !== undefined && { details: { retryAfterSeconds: retryAfter } }),
      code,
    }
  }
}

export const notFound = (plural: string, name: string): Refusal =>
  new Refusal(404, 'NotFound', `${plural} "${name}" not found`)
export const conflict = (plural: string, name: string): Refusal =>
  new Refusal(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${plural} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
  )
export const expired = (
  message = 'The provided continue parameter is too old to display a consistent list result.',
): Refusal => new Refusal(410, 'Expired', message)
export const badRequest = (message: string): Refusal => new Refusal(400, 'BadRequest', message)
