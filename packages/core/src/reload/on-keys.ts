import { UsageError } from '../base/errors.js'
import type { Change } from '../mount/change.js'
import type { Key } from '../mount/snapshot.js'
import {
  type AnyReaction,
  type BareReaction,
  type Reaction,
  type ReactionLike,
  toReaction,
  wantsChange,
} from './reaction.js'

/**
 * Runs a reaction only for changes that touch one of these keys; others are reported as skipped.
 *
 * @throws UsageError BAD_OPTION
 * @example
 * reload(mount, chain(onKeys([/^tls\//], nginx()), onKeys(['app.env'], envFile({ key: 'app.env' }))))
 */
export function onKeys(keys: readonly (Key | RegExp)[], reaction: BareReaction): Reaction
export function onKeys(keys: readonly (Key | RegExp)[], reaction: AnyReaction): Reaction
export function onKeys(keys: readonly (Key | RegExp)[], reaction: ReactionLike): Reaction
export function onKeys(keys: readonly (Key | RegExp)[], reaction: ReactionLike): Reaction {
  if (!Array.isArray(keys))
    throw new UsageError('BAD_OPTION', 'onKeys: the keys are no list', {
      hint: "as in onKeys(['app.yaml'], …)",
    })
  const inner: AnyReaction = toReaction(reaction)
  const wants = (change: Change): boolean => change.touches(...keys) && wantsChange(inner, change)
  // A class instance may be a reaction too: its methods keep their `this`.
  return {
    name: inner.name,
    wants,
    ...(inner.check && { check: (snapshot, context) => inner.check?.(snapshot, context) }),
    apply: (change, context) => inner.apply(change, context),
    ...(inner.verify && { verify: (receipt, context) => inner.verify?.(receipt, context) }),
    ...(inner.rollback && { rollback: (good, context) => inner.rollback?.(good, context) }),
  }
}
