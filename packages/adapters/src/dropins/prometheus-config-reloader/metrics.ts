import type { MeterSpec } from '../meters.js'

const name = (last: string): string => `reloader_${last}`

/** The short names of these metrics. */
export type ReloaderMetric =
  | 'reloads'
  | 'reloadsFailed'
  | 'lastSuccessful'
  | 'lastSuccess'
  | 'applies'
  | 'appliesFailed'
  | 'expansionErrors'
  | 'info'
  | 'watches'
  | 'watchEvents'
  | 'watchErrors'

/** The metrics of prometheus-config-reloader: names, kinds and labels are its own. */
export const reloaderMetrics: Readonly<Record<ReloaderMetric, MeterSpec>> = {
  reloads: { name: name('reloads_total'), kind: 'counter', help: 'Reloads that were tried.' },
  reloadsFailed: { name: name('reloads_failed_total'), kind: 'counter', help: 'Reloads that failed.' },
  lastSuccessful: {
    name: name('last_reload_successful'),
    kind: 'gauge',
    help: 'Whether the last reload succeeded: 1 it did, 0 it failed.',
  },
  lastSuccess: {
    name: name('last_reload_success_timestamp_seconds'),
    kind: 'gauge',
    help: 'When a reload succeeded last, in seconds since 1970.',
  },
  applies: {
    name: name('config_apply_operations_total'),
    kind: 'counter',
    help: 'How often a config was read, expanded and written.',
  },
  appliesFailed: {
    name: name('config_apply_operations_failed_total'),
    kind: 'counter',
    help: 'How often that failed.',
  },
  expansionErrors: {
    name: name('config_environment_variable_expansion_errors'),
    kind: 'gauge',
    help: 'Variables that were not set when the config was expanded last.',
  },
  info: { name: name('info'), kind: 'gauge', help: 'Always 1; how reloads are done.', labels: ['method'] },
  watches: { name: name('watches'), kind: 'gauge', help: 'Files and directories that are watched.' },
  watchEvents: {
    name: name('watch_events_total'),
    kind: 'counter',
    help: 'Changes that were seen of what is watched.',
  },
  watchErrors: { name: name('watch_errors_total'), kind: 'counter', help: 'Troubles of watching.' },
}
