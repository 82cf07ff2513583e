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
export { combine, type CombineOptions } from './mount/combine.js'
export { inspectMount, type Finding, type MountInspection } from './mount/inspect.js'
export type { Layout } from './mount/layout.js'
export type { Mount, MountEvents, MountHealth, WatchOptions } from './mount/mount.js'
export type { Key, Snapshot } from './mount/snapshot.js'
export { supplyMount, type SuppliedMount, type Supply } from './mount/supply.js'
export { watchConfigMap } from './mount/watch.js'
export { chain } from './reload/chain.js'
export { onKeys } from './reload/on-keys.js'
export {
  type AnyReaction,
  type BareReaction,
  defineReaction,
  type Reaction,
  type ReactionContext,
  type ReactionLike,
} from './reload/reaction.js'
export { reload } from './reload/reload.js'
export type { Reloader, ReloadOptions } from './reload/reloader.js'
export type { Report, StageTimes, Status } from './reload/report.js'
