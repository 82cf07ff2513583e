export { health, type Health } from './health.js'
export { type MetricRegistry, metrics, type Metrics } from './metrics.js'
export type { Observed } from './observed.js'
export type { ServeOptions } from './options.js'
export { serveStatus, type StatusServer } from './serve.js'
export type {
  ErrorJson,
  MomentJson,
  MountJson,
  ReactionJson,
  ReportJson,
  RevisionJson,
  StatusJson,
} from './status.js'
export type { Finding, Verdict } from './verdict.js'
