import { type Change, type Reaction, ReactionError, type ReactionContext } from '@hotmount/core'
import { type Exchange, exchange } from '../../http/request.js'
import { parseTarget, type Target } from '../../http/target.js'
import type { Meters } from '../meters.js'
import type { ConfigmapReloadMetric } from './metrics.js'

/** One address to call. */
export interface Webhook {
  readonly url: string
  /** What metrics call it. */
  readonly label: string
}

/** How the webhooks are called. */
export interface Calling {
  /** In this order. */
  readonly webhooks: readonly Webhook[]
  readonly method: string
  /** The one answer that means yes. */
  readonly status: number
  /** So many tries of a change, and it counts as exhausted. 0: none is made. Negative: it never does. */
  readonly tries: number
}

/** Of one request; the original waits for ever. */
export const requestTimeoutMs: number = 30_000
/** Between two tries, as the original has it. */
export const pauseMs: number = 10_000

interface Callee extends Webhook {
  readonly target: Target
}

const outcomeOf = (ended: Exchange): string => {
  if (ended.kind === 'timeout') return `gave no answer within ${requestTimeoutMs} ms`
  return ended.kind === 'error' ? `failed (${ended.code})` : `answered ${ended.status}`
}

/**
 * Calls all webhooks, one after the other, with no body. One that fails does not keep the others from being called,
 * and when the change is tried again, only those are called that have not confirmed it.
 */
export const webhooksReaction = (
  { webhooks, method, status, tries }: Calling,
  { of: meters }: Pick<Meters<ConfigmapReloadMetric>, 'of'>,
): Reaction<string> => {
  const callees: readonly Callee[] = webhooks.map((webhook) => ({
    ...webhook,
    target: parseTarget('-webhook-url', webhook.url),
  }))
  const confirmed = new Map<Callee, string>()
  const name = callees.length === 1 ? `webhook ${callees[0]?.target.shown ?? ''}` : 'webhooks'

  const failed = ({ label }: Callee, reason: string): void => {
    meters.requestErrors.add({ webhook: label, reason })
    meters.lastError.set(1, { webhook: label })
  }

  /** What went wrong, if anything. */
  const call = async (callee: Callee, { signal, clock }: ReactionContext): Promise<string | undefined> => {
    const { url, basic, shown } = callee.target
    const started = clock.now()
    const headers = { 'user-agent': 'hotmount', ...(basic !== undefined && { authorization: basic }) }
    const body = Buffer.alloc(0)
    const request = { url, method, headers, body, tls: {}, timeoutMs: requestTimeoutMs, mostBytes: 0, signal }
    const ended = await exchange(request)
    const webhook = callee.label
    if (ended.kind === 'answer') meters.requests.add({ webhook, status_code: String(ended.status) })
    if (ended.kind !== 'answer' || ended.status !== status) {
      failed(callee, ended.kind === 'answer' ? 'client_response' : 'client_request_do')
      return `${method} ${shown} ${outcomeOf(ended)}`
    }
    meters.lastDuration.set((clock.now() - started) / 1000, { webhook })
    meters.successes.add({ webhook })
    meters.lastError.set(0, { webhook })
    return undefined
  }

  const exhausted = (callee: Callee, attempt: number): void => {
    if (attempt === tries) failed(callee, 'retries_exhausted')
  }

  const callAll = async (change: Change, context: ReactionContext): Promise<readonly string[]> => {
    const troubles: string[] = []
    for (const callee of callees) {
      if (confirmed.get(callee) === change.snapshot.digest) continue
      // From here on it may have taken this revision, whatever it says.
      confirmed.delete(callee)
      const trouble = await call(callee, context)
      if (trouble === undefined) confirmed.set(callee, change.snapshot.digest)
      else {
        exhausted(callee, context.attempt)
        troubles.push(trouble)
      }
    }
    return troubles
  }

  return {
    name,
    apply: async (change, context) => {
      if (tries === 0) {
        for (const callee of callees) failed(callee, 'retries_exhausted')
        return 'no call was made, as -webhook-retries is 0'
      }
      const troubles = await callAll(change, context)
      if (troubles.length === 0)
        return `${callees.length === 1 ? 'it' : `all ${callees.length}`} answered ${status}`
      const where = { reaction: name, stage: 'apply', revision: change.snapshot.revision } as const
      throw new ReactionError('APPLY_FAILED', where, troubles.join('; '), {
        hint: `only status ${status} means yes; whoever has not given it is called again`,
        retryable: true,
      })
    },
    verify: (receipt) => receipt,
  }
}
