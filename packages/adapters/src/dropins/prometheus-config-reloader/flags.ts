import type { Flag } from '../../cli/flag.js'

/** Name of such a flag. */
export type OriginalFlag =
  | 'config-file'
  | 'config-envsubst-file'
  | 'watched-dir'
  | 'watch-interval'
  | 'delay-interval'
  | 'retry-interval'
  | 'reload-method'
  | 'reload-url'
  | 'reload-timeout'
  | 'runtimeinfo-url'
  | 'process-executable-name'
  | 'statefulset-ordinal-from-envvar'
  | 'listen-address'
  | 'web-config-file'
  | 'log-format'
  | 'log-level'
  | 'auto-gomemlimit-ratio'
  | 'version'

/** All flags of prometheus-config-reloader, and none of our own. */
export const originalFlags: Readonly<Record<OriginalFlag, Flag>> = {
  'config-file': { value: 'FILE', common: true, help: 'the config to watch; may be gzipped' },
  'config-envsubst-file': {
    value: 'FILE',
    common: true,
    help: 'where it is written with each $(VAR) replaced',
  },
  'watched-dir': {
    value: 'DIR',
    many: true,
    common: true,
    help: 'a directory to watch too; may be repeated',
  },
  'watch-interval': {
    value: 'TIME',
    common: true,
    help: 'look this often even when nothing rang; default 3m',
    more: '0: write the file once and exit',
  },
  'delay-interval': { value: 'TIME', help: 'how long writing must be quiet; default 1s' },
  'retry-interval': { value: 'TIME', help: 'between two tries of a reload that fails; default 5s' },
  'reload-method': { value: 'METHOD', common: true, help: 'http (default) or signal' },
  'reload-url': { value: 'URL', common: true, help: 'gets a POST; default http://127.0.0.1:9090/-/reload' },
  'reload-timeout': { value: 'TIME', help: 'for one reload, to its proof; default 30s' },
  'runtimeinfo-url': {
    value: 'URL',
    help: 'proves a reload by signal',
    more: 'Default http://127.0.0.1:9090/api/v1/status/runtimeinfo',
  },
  'process-executable-name': { value: 'NAME', help: 'whom to signal; default prometheus' },
  'statefulset-ordinal-from-envvar': {
    value: 'VAR',
    help: 'its last digits become STATEFULSET_ORDINAL_NUMBER',
    more: 'Default POD_NAME',
  },
  'listen-address': { value: 'ADDRESS', common: true, help: 'serve /metrics and /healthz; default: off' },
  'web-config-file': { value: 'FILE', help: 'TLS and basic auth for these, as exporters have it' },
  'log-format': { value: 'FORMAT', help: 'logfmt (default) or json' },
  'log-level': { value: 'LEVEL', help: 'all, debug, info (default), warn, error or none' },
  'auto-gomemlimit-ratio': { value: 'RATIO', help: 'read and ignored: this is no Go program' },
  version: { help: 'print the version' },
}

/** Name of such a flag. */
export type OwnFlag = 'reload-ca-file' | 'reload-bearer-token-file'

/** What the original lacks. */
export const ownFlags: Readonly<Record<OwnFlag, Flag>> = {
  'reload-ca-file': {
    value: 'FILE',
    help: 'PEM of who signs the certificate of an https:// URL',
    more: 'Without it, the certificates of loopback addresses are not checked',
  },
  'reload-bearer-token-file': { value: 'FILE', help: 'sent with each request; read anew each time' },
}

/** Every flag of this mode. */
export const reloaderFlags: Readonly<Record<OriginalFlag | OwnFlag, Flag>> = { ...originalFlags, ...ownFlags }
