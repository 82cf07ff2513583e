import type { Snapshot } from '../mount/snapshot.js'
import {
  type AnyReaction,
  type Reaction,
  type ReactionContext,
  type ReactionLike,
  toReaction,
} from './reaction.js'

/** What the members of a chain that were applied so far have handed out. */
type Receipts = readonly { readonly member: AnyReaction; readonly receipt: unknown }[]

/**
 * Several reactions as one: all are checked first; then each is applied and verified before the next begins.
 * If one fails, those of them that can are rolled back in reverse order.
 *
 * @throws UsageError BAD_OPTION
 * @example
 * reload(mount, chain(envFile({ key: 'app.env' }), supervisor.restart()))
 */
export const chain = (...reactions: ReactionLike[]): Reaction<Receipts> => {
  const members = reactions.map((reaction) => toReaction(reaction))
  const wanted = ({ change }: ReactionContext): readonly AnyReaction[] =>
    members.filter((member) => member.wants?.(change) ?? true)

  const verifyOne = async (
    { member, receipt }: Receipts[number],
    context: ReactionContext,
  ): Promise<string | undefined> => {
    const seen = await member.verify?.(receipt, context)
    return typeof seen === 'string' ? `${member.name}: ${seen}` : undefined
  }
  const runEach = async (
    chosen: readonly AnyReaction[],
    context: ReactionContext,
    run: (member: AnyReaction) => unknown,
  ): Promise<Receipts> => {
    const receipts: Receipts[number][] = []
    for (const [index, member] of chosen.entries()) {
      context.signal.throwIfAborted()
      const done = { member, receipt: await run(member) }
      receipts.push(done)
      // The last one is verified by the stage that is there for it.
      if (index < chosen.length - 1) await verifyOne(done, context)
    }
    return receipts
  }
  const canRollBack = members.filter((member) => member.rollback !== undefined)

  return {
    name: members.map((member) => member.name).join(' + '),
    wants: (change) => members.some((member) => member.wants?.(change) ?? true),
    check: async (snapshot, context) => {
      for (const member of wanted(context)) await member.check?.(snapshot, context)
    },
    apply: (change, context) => runEach(wanted(context), context, (member) => member.apply(change, context)),
    verify: async (receipts, context) => {
      const last = receipts.at(-1)
      return last && (await verifyOne(last, context))
    },
    ...(canRollBack.length > 0 && {
      rollback: (good: Snapshot, context: ReactionContext) =>
        runEach(canRollBack.toReversed(), context, (member) => member.rollback?.(good, context)),
    }),
  }
}
