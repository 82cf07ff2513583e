export { type Clock, systemClock } from './base/clock.js'
export { type Duration, toMs } from './base/duration.js'
export { Emitter } from './base/emitter.js'
export {
  type ErrorCode,
  type ErrorDetails,
  HotmountError,
  InvalidConfigError,
  type InvalidConfigCode,
  type Issue,
  MountError,
  type MountCode,
  ReactionError,
  type ReactionCode,
  type Stage,
  UsageError,
  type UsageCode,
} from './base/errors.js'
export type { Change } from './mount/change.js'
export type { Layout } from './mount/layout.js'
export type { Mount, MountEvents, MountHealth, WatchOptions } from './mount/mount.js'
export type { Key, Snapshot } from './mount/snapshot.js'
export { watchConfigMap } from './mount/watch.js'
export type { AnyReaction, Reaction, ReactionContext, ReactionLike } from './reload/reaction.js'
export type { Reloader, ReloadOptions } from './reload/reload.js'
export type { Report, Status } from './reload/report.js'
