import type { Clock, Reaction, ReactionContext, Snapshot } from '@hotmount/core'
import type { Probe } from '../probe/probe.js'
import type { PinnedProcess } from './process-ref.js'
import { inContext, targetError, type Where } from './target-error.js'

/** Options of `Supervisor.restart`. */
export interface RestartOptions {
  /** Variables for the new child, besides those of the supervisor. Each restart begins anew. */
  readonly env?: (snapshot: Snapshot) => NodeJS.ProcessEnv
  /**
   * Asked after the new child has stayed for a second. When it has said no, the next try asks again, for half of the
   * stage's time, before it starts a child anew: that one may only have been slow.
   */
  readonly verify?: Probe
}

/** What the reaction needs of a supervisor. */
export interface Replaceable {
  readonly describe: string
  readonly replace: (env: NodeJS.ProcessEnv) => Promise<PinnedProcess>
  readonly pid: () => number | undefined
}

const stableMs = 1000
const pollMs = 25

const proveStays = async (
  { describe, pid }: Replaceable,
  wanted: number,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<string> => {
  const until = clock.now() + stableMs
  for (;;) {
    if (pid() !== wanted)
      throw targetError(
        'VERIFY_FAILED',
        describe,
        `${describe} was restarted as pid ${wanted}, which has exited`,
        {
          hint: 'its own output says why; it runs with the config that is mounted now',
          retryable: true,
        },
      )
    if (clock.now() >= until) return `restarted as pid ${wanted}`
    await clock.sleep(pollMs, signal)
  }
}

/** Settles like `work`, or rejects as soon as the signal aborts. */
const unlessAborted = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  signal.throwIfAborted()
  const released = new AbortController()
  const aborted = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => {
      const reason: unknown = signal.reason
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- a reason is passed on as it is
      reject(reason)
    }
    signal.addEventListener('abort', onAbort, { once: true, signal: released.signal })
  })
  return Promise.race([work, aborted]).finally(() => released.abort())
}

const answersNow = async (probe: Probe, { signal, timeoutMs }: ReactionContext): Promise<boolean> => {
  try {
    await probe.run(AbortSignal.any([signal, AbortSignal.timeout(timeoutMs / 2)]))
    return true
  } catch {
    signal.throwIfAborted()
    return false
  }
}

/** Stops a child and starts it again with the environment of a snapshot; back with that of the last good one. */
export const restartReaction = (
  target: Replaceable,
  { env, verify }: RestartOptions,
): Reaction<PinnedProcess> => {
  const name = `restart of ${target.describe}`
  let last: { readonly snapshot: Snapshot; readonly child: PinnedProcess } | undefined
  const restart = async (snapshot: Snapshot, context: ReactionContext): Promise<PinnedProcess> => {
    const where: Where = { reaction: name, stage: 'apply', revision: snapshot.revision }
    const isTheSame = context.attempt > 1 && last?.snapshot === snapshot && last.child.pid === target.pid()
    if (last && isTheSame && verify && (await answersNow(verify, context))) return last.child
    const child = await inContext(where, () =>
      unlessAborted(target.replace(env?.(snapshot) ?? {}), context.signal),
    )
    last = { snapshot, child }
    return child
  }
  return {
    name,
    apply: (change, context) => restart(change.snapshot, context),
    verify: (receipt, context) => {
      const where: Where = { reaction: name, stage: 'verify', revision: context.change.snapshot.revision }
      return inContext(where, async () => {
        const evidence = await proveStays(target, receipt.pid, context)
        const probed = await verify?.run(context.signal)
        return [evidence, probed ?? verify?.describe].filter(Boolean).join('; ')
      })
    },
    ...(env && { rollback: restart }),
  }
}
