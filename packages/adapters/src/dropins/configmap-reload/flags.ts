import type { Flag } from '../../cli/flag.js'

/** Name of such a flag. */
export type ConfigmapReloadFlag =
  | 'volume-dir'
  | 'webhook-url'
  | 'webhook-method'
  | 'webhook-status-code'
  | 'webhook-retries'
  | 'web.listen-address'
  | 'web.telemetry-path'

/** All flags of configmap-reload. One dash or two. */
export const configmapReloadFlags: Readonly<Record<ConfigmapReloadFlag, Flag>> = {
  'volume-dir': { value: 'DIR', many: true, help: 'a mounted directory to watch; required, may be repeated' },
  'webhook-url': {
    value: 'URL',
    many: true,
    more: 'In the order given. user:password@ in it is sent as basic auth, and never printed',
    help: 'what to call on each change; required, may be repeated',
  },
  'webhook-method': { value: 'METHOD', help: 'default POST' },
  'webhook-status-code': { value: 'CODE', help: 'the one answer that means yes; default 200' },
  'webhook-retries': {
    value: 'N',
    help: 'tries of a change until it counts as exhausted; default 1',
    more: '10s apart, and it is tried again after that too. 0: no call at all. Negative: it never counts as exhausted',
  },
  'web.listen-address': { value: 'ADDRESS', help: 'of the metrics; default :9533' },
  'web.telemetry-path': { value: 'PATH', help: 'of the metrics; default /metrics' },
}
