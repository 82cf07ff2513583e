import { UsageError } from '../base/errors.js'
import type { Mount } from '../mount/mount.js'
import { Loop } from './loop.js'
import { toPace } from './pace.js'
import { type AnyReaction, type BareReaction, type ReactionLike, toReaction } from './reaction.js'
import type { Reloader, ReloadOptions } from './reloader.js'

/**
 * Keeps a reaction in step with a mount: one at a time, latest wins, checked before and proven after, retried with
 * backoff while in doubt. Ends with the mount.
 *
 * @throws UsageError BAD_OPTION BAD_DURATION CLOSED
 * @example
 * const loop = reload(mount, async ({ snapshot }) => { pool = await connect(snapshot.text('dsn')) }, { cooldown: '5s' })
 */
export function reload(mount: Mount, reaction: BareReaction, options?: ReloadOptions): Reloader
// Functions have a `name` and an `apply` too: without an overload of its own, an inline object's would be untyped.
export function reload(mount: Mount, reaction: AnyReaction, options?: ReloadOptions): Reloader
export function reload(mount: Mount, reaction: ReactionLike, options?: ReloadOptions): Reloader
export function reload(mount: Mount, reaction: ReactionLike, options: ReloadOptions = {}): Reloader {
  if ((mount as Partial<Mount> | undefined)?.signal === undefined)
    throw new UsageError('BAD_OPTION', 'reload: this is no mount', {
      hint: "open it first: await watchConfigMap('/etc/config')",
    })
  const pace = toPace(options)
  if (mount.signal.aborted) throw new UsageError('CLOSED', `the mount ${mount.path} is closed`)
  return new Loop(mount, toReaction(reaction), pace, options)
}
