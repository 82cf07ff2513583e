import {
  type Change,
  type Reaction,
  ReactionError,
  type ReactionContext,
  type Snapshot,
} from '@hotmount/core'
import type { Where } from '../process/target-error.js'
import { decide } from './digest-history.js'
import { Roller, type Rolled } from './roller.js'
import { type RolloutOptions, rolloutSettings } from './rollout-options.js'

/** Of the time that verify has: a failure is told in our words, and before the stage is aborted. */
const share = 9 / 10

const isFirst = ({ change }: ReactionContext): boolean => change.previous.generation === 0

/**
 * Rolls a workload when the config changes, for what can take it only at its start: the digest goes into an annotation
 * of the pod template, and Kubernetes replaces the pods by its own rules. However many replicas run this, one change is
 * one rollout. `verify` waits until it is complete, so give the loop a `timeout` longer than a rollout takes; a rollout
 * that exceeds its progress deadline is taken back.
 *
 * This pod is replaced, too: a loop that ends in the middle of its verify has done its work.
 *
 * @throws UsageError BAD_OPTION BAD_DURATION
 * @example
 * reload(mount, rollout(), { timeout: '11m' }) // the Deployment, StatefulSet or DaemonSet of this pod
 */
export const rollout = (options: RolloutOptions = {}): Reaction<Rolled> => {
  const settings = rolloutSettings(options)
  const roller = new Roller(settings)
  const name = options.workload === undefined ? 'rollout' : `rollout ${options.workload}`
  /** The digest whose rollout has come to a bad end, for certain. */
  let failed: string | undefined
  let failure: unknown
  /** Since when the workload is somewhere else than we come from, and we want something else than it has. */
  let waiting: { readonly wanted: string; readonly since: number } | undefined

  const inStage = async <T>(stage: Where['stage'], revision: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      failure = roller.placed(error, { reaction: name, stage, revision })
      throw failure
    }
  }
  const words = (): string => roller.words ?? 'the workload'
  const refuse = (revision: string, message: string, hint: string, retryable: boolean): never => {
    throw new ReactionError(
      'CHECK_FAILED',
      { reaction: name, stage: 'check', revision },
      `${words()}: ${message}`,
      {
        hint,
        retryable,
      },
    )
  }

  const check = async ({ digest, revision }: Snapshot, context: ReactionContext): Promise<void> => {
    if (roller.isOwn && isFirst(context)) return
    const workload = await roller.read(context.signal)
    const { paused, updateStrategy } = workload.spec ?? {}
    if (paused === true) refuse(revision, 'its rollout is paused', 'resume it: kubectl rollout resume', true)
    if (updateStrategy?.type === 'OnDelete')
      refuse(revision, 'its update strategy is OnDelete', 'set updateStrategy.type: RollingUpdate', true)
    const decision = decide(roller.standing(workload), context.change.previous.digest, digest)
    if (decision === 'rejected') {
      const hint = `mend the config; to try this one again, remove the annotation ${settings.annotations.rejected}`
      refuse(revision, 'this config was rolled out before, failed, and was taken back', hint, false)
    }
    if (decision === 'there') return
    const held = roller.heldFor(workload, Date.now())
    if (held !== undefined)
      refuse(revision, held, 'does something rewrite the config at each start? See the option `limit`', true)
  }

  /** Writes the digest. Resolves when it is there, or when the mount shows that others were ahead. */
  const roll = async ({ previous, snapshot }: Change, context: ReactionContext): Promise<Rolled['how']> => {
    const { clock, signal, timeoutMs } = context
    const end = clock.now() + share * timeoutMs
    for (;;) {
      const now = clock.now()
      if (waiting?.wanted !== snapshot.digest) waiting = { wanted: snapshot.digest, since: now }
      const isSure = now >= waiting.since + settings.lagMs
      const decision = await roller.roll(previous.digest, snapshot.digest, isSure, signal)
      if (decision !== 'wait') waiting = undefined
      if (decision === 'write') return 'written'
      if (decision === 'there') return 'there'
      const where = { reaction: name, stage: 'apply', revision: snapshot.revision } as const
      if (decision === 'rejected') {
        failed = snapshot.digest
        throw new ReactionError(
          'APPLY_FAILED',
          where,
          `${words()}: another replica has tried this config and taken it back`,
        )
      }
      if (context.latest() !== snapshot) return 'behind'
      if (now >= end)
        throw new ReactionError(
          'TIMED_OUT',
          where,
          `${words()}: another replica has rolled it to a config that is not mounted here; whose is newer shows within ${settings.lagMs} ms`,
          { hint: 'give the loop a longer `timeout`', retryable: true },
        )
      await clock.sleep(settings.pollMs, signal)
    }
  }

  const verify = async ({ how, digest }: Rolled, context: ReactionContext): Promise<string> => {
    const { clock, timeoutMs, change } = context
    if (how === 'started with it') return 'this pod has started with it'
    if (how === 'behind') return 'another replica has gone on from it already'
    const end = clock.now() + share * timeoutMs
    const where = { reaction: name, stage: 'verify', revision: change.snapshot.revision } as const
    let last = ''
    for await (const progress of roller.follow(digest, context)) {
      const what = words()
      if (progress === 'overtaken') return `${what} was rolled on to another digest`
      if (progress.state === 'done') return `${what} rolled out: ${progress.pods} new pods`
      if (progress.state === 'failed') {
        failed = digest
        throw new ReactionError('VERIFY_FAILED', where, `${what}: the rollout failed (${progress.why})`, {
          hint: `see why the new pods do not become ready: kubectl describe ${what}`,
        })
      }
      last = progress.for
      if (clock.now() >= end) break
    }
    throw new ReactionError(
      'TIMED_OUT',
      where,
      `${words()}: not rolled out within ${timeoutMs} ms: ${last}`,
      {
        hint: 'give the loop a `timeout` longer than progressDeadlineSeconds (10 minutes by default)',
        retryable: true,
      },
    )
  }

  const rollback = async (good: Snapshot, { change, signal }: ReactionContext): Promise<Rolled> => {
    const bad = change.previous.digest
    // Not known to have failed, it goes on, and is looked at again: taking it back would roll all pods once more.
    if (failed !== bad) throw failure
    const decision = await roller.takeBack(bad, good.digest, signal)
    return { how: decision === 'wait' ? 'behind' : 'written', digest: good.digest }
  }

  return {
    name,
    check: (snapshot, context) => inStage('check', snapshot.revision, () => check(snapshot, context)),
    apply: (change, context) =>
      inStage('apply', change.snapshot.revision, async () => {
        const { digest } = change.snapshot
        const isStart = roller.isOwn && isFirst(context)
        return { how: isStart ? 'started with it' : await roll(change, context), digest }
      }),
    verify: (rolled, context) =>
      inStage('verify', context.change.snapshot.revision, () => verify(rolled, context)),
    rollback,
  }
}
