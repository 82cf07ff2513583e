import type { FlagTable } from './flag.js'

/** What to watch. */
export const sourceFlags: FlagTable<'mount'> = {
  mount: {
    value: 'DIR',
    many: true,
    common: true,
    help: 'what to watch: a mounted directory, or a file in one',
    more: 'Several: keys are called NAME/KEY, NAME being the last part of DIR, or the one in NAME=DIR',
  },
}

/** What to do on a change, for any kind of target. */
export const deedFlags: FlagTable<'server' | 'signal' | 'reload-command' | 'webhook'> = {
  server: {
    value: 'NAME',
    common: true,
    help: 'reload as this server does: check, signal, proof',
    more: 'There are: nginx, gunicorn, haproxy, httpd, php-fpm, uwsgi, prometheus',
  },
  signal: { value: 'NAME', common: true, help: 'send this signal: HUP, USR1, USR2 …' },
  'reload-command': {
    value: 'CMD',
    common: true,
    help: 'run this; exit code 0 means applied',
    more: 'It finds HOTMOUNT_REVISION, HOTMOUNT_DIGEST, and names of keys in HOTMOUNT_ADDED, _CHANGED, _REMOVED',
  },
  webhook: {
    value: 'URL',
    common: true,
    help: 'tell this address, by POST; 2xx means applied',
    more: 'It is told names of keys and digests, no values',
  },
}

/** What to do to the command that is wrapped. */
export const restartFlags: FlagTable<'restart'> = {
  restart: { common: true, help: 'stop the command and start it again' },
}

/** Which process is meant, where it is not ours. */
export const targetFlags: FlagTable<'process' | 'pid-file' | 'match'> = {
  process: { value: 'NAME', common: true, help: 'the topmost process of this name' },
  'pid-file': { value: 'PATH', common: true, help: 'the process whose pid is in this file' },
  match: { value: 'REGEX', common: true, help: 'the topmost process whose command line matches' },
}

/** Flags of `sidecar` about a server that it did not start. */
export const serverFlags: FlagTable<'server-command' | 'server-url'> = {
  'server-command': {
    value: 'CMD',
    help: 'with --server: how it is started; the check is made from it',
  },
  'server-url': { value: 'URL', help: 'with --server prometheus: where it answers' },
}

/** How to do it safely. */
export const safetyFlags: FlagTable<
  'check' | 'no-check' | 'verify-url' | 'timeout' | 'cooldown' | 'splay' | 'one-at-a-time' | 'retry-max'
> = {
  check: {
    value: 'CMD',
    common: true,
    help: 'must exit with 0 before anything is done',
    more: 'A server has its own, made from the words of its command',
  },
  'no-check': {
    help: "leave out the server's own check",
    more: 'Refused for gunicorn, httpd, php-fpm and uwsgi, which end when the config is bad: who accepts that writes --check true',
  },
  'verify-url': {
    value: 'URL',
    common: true,
    help: 'must answer 2xx before the change counts as applied',
    more: 'Three times in a row, within --timeout. After a restart, give a slow server that much',
  },
  timeout: { value: 'TIME', common: true, help: 'for each of check, apply and verify; default 30s' },
  cooldown: { value: 'TIME', help: 'least time between two reactions; default 0s' },
  splay: {
    value: 'TIME',
    help: 'spread replicas over this time; default 0s',
    more: 'Each pod has a share of its own, by its host name, the same at every change',
  },
  'one-at-a-time': {
    value: 'LEASE',
    common: true,
    help: 'one replica after another; when one fails, the rest stop',
    more: 'The Lease of this name goes from pod to pod. Needs get, create and update on leases',
  },
  'retry-max': {
    value: 'TIME',
    help: 'longest pause between two tries',
    more: 'Pauses grow from 1s; default 5m, and 30s for what is not our child or with --one-at-a-time',
  },
}

/** Whether to react at the start, for a command that starts with what is mounted. */
export const initialFlags: FlagTable<'initial'> = {
  initial: {
    help: 'react once at the start too',
    more: 'Default: the command starts with what is mounted',
  },
}

/** The same for what may run longer than we do. */
export const noInitialFlags: FlagTable<'no-initial'> = {
  'no-initial': {
    help: 'do not react at the start',
    more: 'Default: react once, as what runs may have an older config',
  },
}

/** The command that is wrapped. */
export const childFlags: FlagTable<'dotenv' | 'env-keys' | 'stop-signal' | 'grace' | 'restart-policy'> = {
  // Not --env-file: Node looks for a flag of that name of its own, even after the script. nodejs/node#54232
  dotenv: {
    value: 'KEY',
    many: true,
    common: true,
    help: 'with --restart: a key with its environment, NAME=value',
    more: 'From the first start on; of several keys, the later wins. Variables that the container has already stay; names such as PATH and NODE_OPTIONS are refused',
  },
  'env-keys': {
    help: 'with --restart: each key is a variable, as with envFrom',
    more: 'From the first start on',
  },
  'stop-signal': {
    value: 'NAME',
    help: 'how the command is asked to stop; default TERM',
    more: 'With --server its own: nginx and php-fpm QUIT, haproxy USR1, httpd WINCH, uwsgi INT',
  },
  grace: {
    value: 'TIME',
    help: 'from the stop signal to KILL; default 10s',
    more: 'For its whole process group',
  },
  'restart-policy': {
    value: 'WHEN',
    help: 'start it again when it ended by itself: never, on-failure, always',
    more: 'Default never. With --restart and another policy, an environment that the command does not survive is taken back',
  },
}

/** How a mount is watched, the same for every command that watches. */
export const mountFlags: FlagTable<'keys' | 'settle' | 'resync' | 'poll' | 'wait' | 'accept-empty'> = {
  keys: {
    value: 'LIST',
    help: "only these keys, as 'app.yaml,*.conf'",
    more: 'The others are read too, but only to take their values out of what commands say',
  },
  settle: {
    value: 'TIME',
    help: 'how long writing must be quiet',
    more: 'Default: none for ConfigMaps and Secrets, 100ms for ordinary directories',
  },
  resync: { value: 'TIME', help: 'look this often even when nothing rang; default 30s, or off' },
  poll: {
    value: 'TIME',
    help: 'look this often and use no file events',
    more: 'Default: only where events are impossible',
  },
  'accept-empty': {
    help: 'when every key vanishes at once, take that as a change',
    more: 'Default: keep the last config and report it',
  },
  wait: {
    value: 'TIME',
    help: 'how long a missing directory may take to appear',
    more: 'Default: not at all',
  },
}

/** Where state is served. */
export const statusFlags: FlagTable<'listen' | 'listen-token-file' | 'ready-stale'> = {
  listen: {
    value: 'ADDRESS',
    common: true,
    help: 'serve /livez, /readyz, /metrics, /status and a page',
    more: 'Default: nowhere. 9533 is this pod only, :9533 is every address',
  },
  'listen-token-file': {
    value: 'PATH',
    help: 'a file with the bearer token that all but /livez asks for',
  },
  'ready-stale': {
    value: 'TIME',
    help: 'how long an old config may run before /readyz says no',
  },
}

/** Who in the cluster is told. */
export const reportFlags: FlagTable<'report'> = {
  report: {
    common: true,
    help: 'tell the cluster: annotations and Events of this pod',
    more: 'Needs patch on pods, create and patch on events. POD_NAME and POD_NAMESPACE, else the host name and the ServiceAccount, say which pod',
  },
}

/** The file that says all of it. */
export const fileFlags: FlagTable<'config' | 'print-config'> = {
  config: {
    value: 'FILE',
    common: true,
    help: 'a hotmount.yaml that says all this; flags beat it',
    more: '--mount and what is to be done replace what the file says; flags about watching are for each of its mounts, those about safety for each of its reactions',
  },
  'print-config': {
    common: true,
    help: 'print the file that this command line amounts to',
    more: 'Nothing is started. It holds what the flags hold, passwords in URLs too',
  },
}

/** How to log. */
export const logFlags: FlagTable<'json'> = {
  json: { help: 'log JSON lines on a terminal too; elsewhere they are JSON' },
}

/** Flags that exclude each other. */
export const either: readonly (readonly string[])[] = [
  ['server', 'signal', 'restart', 'reload-command', 'webhook'],
  ['check', 'no-check'],
  ['dotenv', 'env-keys'],
  ['process', 'pid-file', 'match'],
]
