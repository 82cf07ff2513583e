import type { MeterSpec } from '../meters.js'

const name = (last: string): string => `configmap_reload_${last}`

/** The short names of these metrics. */
export type ConfigmapReloadMetric =
  | 'lastError'
  | 'lastDuration'
  | 'successes'
  | 'requestErrors'
  | 'watcherErrors'
  | 'requests'

/** The metrics of configmap-reload: names, kinds and labels are its own. */
export const configmapReloadMetrics: Readonly<Record<ConfigmapReloadMetric, MeterSpec>> = {
  lastError: {
    name: name('last_reload_error'),
    kind: 'gauge',
    help: 'Whether the last call of a webhook failed: 1 failed, 0 succeeded.',
    labels: ['webhook'],
  },
  lastDuration: {
    name: name('last_request_duration_seconds'),
    kind: 'gauge',
    help: 'How long the last successful request took.',
    labels: ['webhook'],
  },
  successes: {
    name: name('success_reloads_total'),
    kind: 'counter',
    help: 'Calls that were answered as wanted.',
    labels: ['webhook'],
  },
  requestErrors: {
    name: name('request_errors_total'),
    kind: 'counter',
    help: 'Calls that failed, by reason.',
    labels: ['webhook', 'reason'],
  },
  watcherErrors: {
    name: name('watcher_errors_total'),
    kind: 'counter',
    help: 'Troubles of watching a volume.',
  },
  requests: {
    name: name('requests_total'),
    kind: 'counter',
    help: 'Answers, by status.',
    labels: ['webhook', 'status_code'],
  },
}
