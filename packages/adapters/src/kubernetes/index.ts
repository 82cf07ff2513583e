export { amend } from './amend.js'
export { ApiError } from './api-error.js'
export type { BatonOptions } from './baton-options.js'
export type { KubeClient } from './client.js'
export { EventLog, type Happening, type Involved } from './event-log.js'
export { fleetStatus, type FleetPod, type FleetSelection, type FleetStanding } from './fleet.js'
export { fleetTable } from './fleet-table.js'
export { follow } from './follow.js'
export type { FollowOptions } from './follow-options.js'
export type { Follower, FollowEvents, FollowHealth } from './follower.js'
export type { KubeConfigLike } from './foreign.js'
export { kubeClient, type KubeClientOptions } from './kube-client.js'
export { acquireLease } from './lease.js'
export type { Held, LeaseOptions } from './lease-settings.js'
export type { Kept } from './looking.js'
export type {
  Condition,
  ConfigMap,
  EndpointSlice,
  EventObject,
  KubeObject,
  LeaseObject,
  ObjectMeta,
  OwnerReference,
  Pod,
  PodTemplate,
  Secret,
  Service,
  Workload,
} from './objects.js'
export { type InTurn, oneAtATime } from './one-at-a-time.js'
export { pages } from './pages.js'
export type { Followed } from './projection.js'
export type {
  DeleteOptions,
  ListQuery,
  Page,
  Patch,
  Selection,
  WatchEvent,
  WatchQuery,
  WriteOptions,
} from './queries.js'
export { type PodReport, type PodReportOptions, report } from './report.js'
export { type Ref, type Resource, resources } from './resources.js'
export type { Rolled } from './roller.js'
export { rollout } from './rollout.js'
export type { RolloutOptions } from './rollout-options.js'
export { waitForFleet, type WaitForFleetOptions } from './wait-for-fleet.js'
