import { type AnyReaction, type Reaction, ReactionError, type ReactionContext } from '@hotmount/core'
import type { Exchange } from '../../http/request.js'
import { answerWithheld, said } from '../../http/said.js'
import { processNamed } from '../../process/process-ref.js'
import { quotable } from '../../process/quote.js'
import { signalReaction } from '../../process/signal.js'
import { inContext } from '../../process/target-error.js'
import type { Question } from '../../process/witness.js'
import { type Caller, callerOf } from './caller.js'
import type { Telling } from './options.js'
import { runtimeInfoAt } from './runtimeinfo.js'

/** How Prometheus is told of a change. */
export interface Told {
  readonly reaction: AnyReaction
  /** Whether the last time it said that it does not take the config. */
  readonly wasRefused: () => boolean
}

/** What was written, for a change: an answer may quote it. */
export type Written = () => Buffer | undefined

const whyNot = (ended: Exchange, timeoutMs: number): string => {
  if (ended.kind === 'timeout') return `gave no answer within ${timeoutMs} ms`
  return ended.kind === 'error' ? `failed (${ended.code})` : `answered ${ended.status}`
}

const hintFor = (ended: Exchange): string => {
  if (ended.kind !== 'answer') return 'is it up? One that has just started answers at the next try'
  if (ended.status === 401) return 'it wants a user in --reload-url, or --reload-bearer-token-file'
  return ended.status === 403 || ended.status === 405
    ? 'start Prometheus with --web.enable-lifecycle, or use --reload-method=signal'
    : 'it goes on with its old config; its own log says why'
}

/** What it says of a failure. It may quote what was written, of which the mounted bytes (gzip) show nothing. */
const wordsOf = async (
  ended: Exchange,
  caller: Caller,
  context: ReactionContext,
  written: Buffer | undefined,
): Promise<string> => {
  if (ended.kind !== 'answer' || ended.body.length === 0) return ''
  const known = await quotable(context.change.snapshot, context)
  if (!known) return `: ${answerWithheld}`
  const config = { keys: () => ['written'], text: () => written?.toString('utf8') ?? '' }
  const words = said(ended.body, {
    snapshots: [...known, config],
    texts: caller.secrets(),
    derived: undefined,
  })
  return words === '' ? '' : `: ${words}`
}

const byPost = (telling: Telling, written: Written): Told => {
  const caller = callerOf('POST', telling.reloadUrl, telling)
  let refused = false
  const name = 'prometheus'
  const reaction: Reaction<string> = {
    name,
    apply: async (change, context: ReactionContext) => {
      const { signal } = context
      refused = false
      const where = { reaction: name, stage: 'apply', revision: change.snapshot.revision } as const
      const ended = await inContext(where, () => caller.send(signal))
      if (ended.kind === 'answer' && ended.status === 200) return `${caller.shown} answered 200`
      refused = ended.kind === 'answer' && ended.status >= 500
      const why = `${caller.shown} ${whyNot(ended, telling.timeoutMs)}`
      throw new ReactionError(
        ended.kind === 'timeout' ? 'TIMED_OUT' : 'APPLY_FAILED',
        where,
        `${why}${await wordsOf(ended, caller, context, written())}`,
        { hint: hintFor(ended), retryable: true },
      )
    },
    verify: (receipt) => receipt,
  }
  return { reaction, wasRefused: () => refused }
}

const bySignal = (telling: Telling): Told => {
  const caller = callerOf('GET', telling.runtimeinfoUrl, telling)
  let refused = false
  const reaction = signalReaction({
    name: 'prometheus',
    target: processNamed(telling.processName),
    signal: 'SIGHUP',
    verify: ['itsWord'],
    withinMs: telling.timeoutMs,
    witness: async (_target, signal): Promise<Question> => {
      refused = false
      const ask = await runtimeInfoAt(caller, signal)
      return async (later) => {
        const word = await ask(later)
        refused = word.kind === 'refused'
        return word
      }
    },
    // Go catches every signal before the server in it does.
    leastAgeMs: 2000,
  })
  return { reaction, wasRefused: () => refused }
}

/** Tells Prometheus as the command line says. @throws UsageError BAD_OPTION */
export const tellPrometheus = (telling: Telling, written: Written): Told =>
  telling.method === 'http' ? byPost(telling, written) : bySignal(telling)
