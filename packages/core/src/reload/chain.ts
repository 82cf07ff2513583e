import { UsageError } from '../base/errors.js'
import type { Change } from '../mount/change.js'
import type { Snapshot } from '../mount/snapshot.js'
import {
  type AnyReaction,
  type Reaction,
  type ReactionContext,
  type ReactionLike,
  toReaction,
  wantsChange,
} from './reaction.js'

/** One member that was begun, with what it handed out and, once proven, what was seen. */
interface Begun {
  readonly member: AnyReaction
  receipt?: unknown
  evidence?: string
}
type Receipts = readonly Begun[]

const prove = async (begun: Begun, context: ReactionContext): Promise<void> => {
  const { member, receipt } = begun
  const seen = await member.verify?.(receipt, context)
  if (typeof seen === 'string') begun.evidence = `${member.name}: ${seen}`
}

/** Runs each member and proves it before the next; the last is proven by the stage that is there for it. */
const runEach = async (
  chosen: readonly AnyReaction[],
  context: ReactionContext,
  run: (member: AnyReaction) => unknown,
): Promise<Receipts> => {
  const begun: Begun[] = []
  for (const member of chosen) {
    context.signal.throwIfAborted()
    const before = begun.at(-1)
    if (before) await prove(before, context)
    const now: Begun = { member }
    begun.push(now)
    now.receipt = await run(member)
  }
  return begun
}

/**
 * Several reactions as one: all are checked first; then each is applied and verified before the next begins.
 * If one fails, those that were begun are rolled back in reverse order; of them, those that have no rollback then
 * apply what is good, in their own order.
 *
 * @throws UsageError BAD_OPTION
 * @example
 * reload(mount, chain(envFile({ key: 'app.env' }), supervisor.restart()))
 */
export const chain = (...reactions: ReactionLike[]): Reaction<Receipts> => {
  if (reactions.length === 0)
    throw new UsageError('BAD_OPTION', 'chain: needs at least one reaction', {
      hint: 'chain(first, second); of a list, chain(...list)',
    })
  const members = reactions.map((reaction) => toReaction(reaction))
  // What was begun since a revision was good, and has not been proven: a failed apply hands out no receipts, and other
  // revisions may have come meanwhile.
  const inDoubtSince = new WeakMap<Snapshot, Set<AnyReaction>>()
  const isInDoubt = (member: AnyReaction, good: Snapshot): boolean =>
    inDoubtSince.get(good)?.has(member) === true
  const isWanted = (member: AnyReaction, change: Change): boolean =>
    // A chain within a chain may be told of the way back by an apply, too.
    isInDoubt(member, change.previous) || isInDoubt(member, change.snapshot) || wantsChange(member, change)
  const wanted = ({ change }: ReactionContext): readonly AnyReaction[] =>
    members.filter((member) => isWanted(member, change))
  const rollback = (good: Snapshot, context: ReactionContext): Promise<Receipts> => {
    const begun = members.filter((member) => isInDoubt(member, good))
    const undoable = begun.filter((member) => member.rollback !== undefined).toReversed()
    // What was put back is of no use to a server that still runs the new: those that cannot undo apply what is good.
    const others = begun.filter((member) => member.rollback === undefined)
    return runEach([...undoable, ...others], context, (member) =>
      member.rollback ? member.rollback(good, context) : member.apply(context.change, context),
    )
  }

  return {
    name: members.map((member) => member.name).join(' + '),
    wants: (change) => members.some((member) => isWanted(member, change)),
    check: async (snapshot, context) => {
      for (const member of wanted(context)) await member.check?.(snapshot, context)
    },
    apply: (change, context) => {
      const chosen = wanted(context)
      const inDoubt = inDoubtSince.get(change.previous) ?? new Set()
      inDoubtSince.set(change.previous, inDoubt)
      return runEach(chosen, context, (member) => {
        inDoubt.add(member)
        return member.apply(change, context)
      })
    },
    verify: async (receipts, context) => {
      const last = receipts.at(-1)
      if (last) await prove(last, context)
      // Late, it proves nothing: what it was about has been given up.
      context.signal.throwIfAborted()
      // Of the way back. Of a way on, whoever comes after may still fail: once all is proven, another one is the good one.
      inDoubtSince.delete(context.change.snapshot)
      return receipts.flatMap(({ evidence }) => evidence ?? []).join('; ') || undefined
    },
    ...(members.some((member) => member.rollback !== undefined) && { rollback }),
  }
}
