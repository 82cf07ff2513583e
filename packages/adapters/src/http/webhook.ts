import { randomBytes } from 'node:crypto'
import type { Change, Reaction } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import { inContext } from '../process/target-error.js'
import { payloadOf } from './body.js'
import { Client } from './client.js'
import { type HttpOptions, httpOptions, settingsOf } from './options.js'

/** Options of {@link webhook}. */
export interface WebhookOptions extends HttpOptions {
  /** What is sent instead: text or bytes as they are, anything else as JSON. It may hold values; they are not printed. */
  readonly body?: (change: Change) => unknown
  /**
   * Header `Idempotency-Key`. Default: the digest and a random part for each apply, the same for all of its tries, so
   * that a receiver that remembers keys does not take the way back to an earlier config for a repetition. To be heard
   * once for all replicas: `({ snapshot }) => snapshot.digest`.
   */
  readonly idempotencyKey?: (change: Change) => string
}

/** Of an answer that nobody reads unless it says no. */
const mostBytes = 16 * 1024

/** Names and digests, never a value. */
const notice = ({ snapshot, added, changed, removed }: Change): object => {
  const { revision, digest } = snapshot
  return { revision, digest, added, changed, removed }
}

const uniqueKey = ({ snapshot }: Change): string => `${snapshot.digest}.${randomBytes(8).toString('hex')}`

/**
 * Tells an HTTP address of each change: `{ revision, digest, added, changed, removed }` as JSON, names and digests and
 * no values. A 2xx means applied. Passing failures (no connection, time-out, 408, 425, 429, 5xx) are tried again
 * inside the apply, later where the answer says Retry-After; then the loop goes on trying. A redirect is a failure.
 * Neither user, password and query of the URL nor a token is printed.
 *
 * @throws UsageError BAD_OPTION, BAD_DURATION
 * @example
 * reload(mount, webhook('https://control.internal/reload', { bearerFile: '/var/run/secrets/tokens/control' }))
 */
export const webhook = (url: string | URL, options: WebhookOptions = {}): Reaction<string> => {
  refuseUnknown('webhook', options, { ...httpOptions, body: true, idempotencyKey: true })
  const settings = settingsOf('webhook', url, options)
  const client = new Client(settings)
  const { method, target, accepts } = settings
  const { body = notice, idempotencyKey = uniqueKey, verify } = options
  const name = `webhook ${target.shown}`
  return {
    name,
    apply: async (change, context) => {
      const { revision, digest } = change.snapshot
      const payload = method === 'GET' ? undefined : payloadOf(body(change))
      const headers = {
        ...(payload && { 'content-type': payload.type }),
        'idempotency-key': idempotencyKey(change),
        'x-hotmount-digest': digest,
      }
      const where = { reaction: name, stage: 'apply', revision } as const
      const bytes = payload?.bytes
      const derived = options.body && bytes
      const call = { where, method, headers, body: bytes, mostBytes, change, accepts, derived }
      const { status } = await client.send(call, context)
      return `${method} ${target.shown} answered ${status}`
    },
    verify: async (receipt, { signal, change }) => {
      if (!verify) return receipt
      const where = { reaction: name, stage: 'verify', revision: change.snapshot.revision } as const
      const evidence = await inContext(where, () => verify.run(signal))
      return `${receipt}; ${evidence ?? verify.describe}`
    },
  }
}
