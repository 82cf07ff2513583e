import { ReactionError } from '@hotmount/core'
import { type Exchange, exchange } from '../http/request.js'
import { parseTarget, type Target } from '../http/target.js'
import type { Hand } from './hand.js'
import type { Stamp } from './plan.js'
import type { Workload } from './workload.js'

const timeoutMs = 10_000
const mostBytes = 4096

const bodyOf = ({ kind, namespace, name }: Workload, { digest, differences }: Stamp): Buffer =>
  Buffer.from(JSON.stringify({ workload: { kind, namespace, name }, digest, changes: differences }))

const failure = (target: Target, ended: Exchange): ReactionError => {
  const what =
    ended.kind === 'answer'
      ? `answered ${ended.status}`
      : ended.kind === 'timeout'
        ? 'did not answer'
        : `failed with ${ended.code}`
  const where = { reaction: 'controller', stage: 'apply', revision: '' } as const
  return new ReactionError('APPLY_FAILED', where, `POST ${target.shown} ${what}`, {
    hint: 'a 2xx means that the change is taken; until then it is told again',
    retryable: true,
  })
}

/**
 * Tells an address of what it would roll, and rolls nothing: which workload, which keys, which digest, no value. Until
 * the answer is a 2xx, it is told again. Only then it is written down on the workload.
 *
 * @throws UsageError BAD_OPTION for what is no HTTP address
 */
export const telling = (url: string, hand: Hand): Hand => {
  const target = parseTarget('webhook-url', url)
  return {
    ...hand,
    roll: async (workload, stamp, state, signal) => {
      const body = bodyOf(workload, stamp)
      const headers = {
        'content-type': 'application/json',
        'content-length': String(body.length),
        'user-agent': 'hotmount',
        // The same for each try, whoever makes it: the rollout before this one tells the way back from a repetition.
        'idempotency-key': `${workload.uid}.${stamp.digest}.${state.rollouts.at(-2) ?? 0}`,
        ...(target.basic !== undefined && { authorization: target.basic }),
      }
      const request = {
        url: target.url,
        method: 'POST',
        headers,
        body,
        tls: {},
        timeoutMs,
        mostBytes,
        signal,
      }
      const ended = await exchange(request)
      if (ended.kind !== 'answer' || ended.status < 200 || ended.status > 299) throw failure(target, ended)
      return hand.note(workload, state, signal)
    },
  }
}
