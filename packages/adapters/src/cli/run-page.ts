import type { Flag } from './args.js'
import type { Page } from './help.js'
import { type MountFlag, mountFlags } from './mount-flags.js'

type Table<Name extends string> = Readonly<Record<Name, Flag>>
type ReactionFlag = 'server' | 'signal' | 'restart' | 'reload-command'
type SafetyFlag = 'check' | 'no-check' | 'verify-url' | 'timeout' | 'cooldown' | 'splay' | 'initial'
type ChildFlag = 'dotenv' | 'env-keys' | 'stop-signal' | 'grace' | 'restart-policy'

const sourceFlags: Table<'mount'> = {
  mount: {
    value: 'DIR',
    many: true,
    help: 'what to watch: a mounted directory, or a file in one. Several: keys are called NAME/KEY, NAME being the last part of DIR, or the one in NAME=DIR',
  },
}

const reactionFlags: Table<ReactionFlag> = {
  server: {
    value: 'NAME',
    help: 'reload as this server does: check, signal, proof. There are: nginx, gunicorn, haproxy, httpd, php-fpm, uwsgi, prometheus',
  },
  signal: { value: 'NAME', help: 'send the command this signal: HUP, USR1, USR2 …' },
  restart: { help: 'stop the command and start it again' },
  'reload-command': { value: 'CMD', help: "run this: 'redis-cli -e CONFIG SET maxmemory 1gb'" },
}

const safetyFlags: Table<SafetyFlag> = {
  check: {
    value: 'CMD',
    help: "must exit with 0 before anything is done: 'haproxy -c -f /etc/haproxy'. A server has its own, made from the words of the command",
  },
  'no-check': { help: "leave out the server's own check" },
  'verify-url': {
    value: 'URL',
    help: 'must answer 2xx, three times in a row, within --timeout, before the change counts as applied',
  },
  timeout: { value: 'TIME', help: 'for each of check, apply and verify; default 30s' },
  cooldown: { value: 'TIME', help: 'least time between two reactions; default 0s' },
  splay: { value: 'TIME', help: 'spread replicas over this time; default 0s' },
  initial: { help: 'react once at the start too; default: the command starts with what is mounted' },
}

const childFlags: Table<ChildFlag> = {
  // Not --env-file: Node looks for a flag of that name of its own, even after the script. nodejs/node#54232
  dotenv: {
    value: 'KEY',
    many: true,
    help: 'with --restart: the NAME=value lines of this key are the environment, from the first start on',
  },
  'env-keys': {
    help: 'with --restart: each key is a variable, as envFrom would have it, from the first start on',
  },
  'stop-signal': {
    value: 'NAME',
    help: 'how the command is asked to stop; default TERM, with --server its own: nginx QUIT, haproxy USR1, httpd WINCH, php-fpm QUIT, uwsgi INT',
  },
  grace: { value: 'TIME', help: 'from the stop signal to KILL for its whole process group; default 10s' },
  'restart-policy': {
    value: 'WHEN',
    help: 'start the command again after it ended by itself: never (default), on-failure, always',
  },
}

const logFlags: Table<'json'> = {
  json: { help: 'log JSON lines on a terminal too; elsewhere they are JSON anyway' },
}

/** Name of a flag of `hotmount run`. */
export type RunFlag = 'mount' | ReactionFlag | SafetyFlag | ChildFlag | MountFlag | 'json'

/** All flags of `hotmount run`. */
export const runFlags: Table<RunFlag> = {
  ...sourceFlags,
  ...reactionFlags,
  ...safetyFlags,
  ...childFlags,
  ...mountFlags,
  ...logFlags,
}

/** The help of `hotmount run`. */
export const runPage: Page = {
  name: 'run',
  summary: 'run a command, and have it take each change of a mount',
  usage:
    'hotmount run --mount DIR (--server NAME | --signal NAME | --restart | --reload-command CMD)\n               [flags] -- COMMAND [ARG…]',
  about: [
    'Runs COMMAND with your stdin, stdout and stderr. When the mount changes, the new config is',
    'checked, put into effect, and proven to be in effect. What fails is tried again with growing',
    'pauses; what the check refuses is not applied at all. TERM and INT stop the command gracefully;',
    'HUP, USR1, USR2, QUIT and WINCH are passed on to it. What happens is logged on stderr: names',
    'of keys, never a value. A CMD is split into words as in a shell, but no shell runs.',
  ].join('\n'),
  flags: {
    'What to watch': sourceFlags,
    'What to do (one of)': reactionFlags,
    'How to do it safely': safetyFlags,
    'The command': childFlags,
    'Fine tuning of watching': mountFlags,
    Log: logFlags,
  },
  examples: [
    [
      'nginx reloads its config, after nginx -t; the old one stays when that fails',
      "hotmount run --mount /etc/nginx/conf.d --server nginx -- nginx -g 'daemon off;'",
    ],
    [
      'Start an app again whenever its environment changes',
      'hotmount run --mount /etc/app --restart --dotenv app.env \\\n--verify-url http://127.0.0.1:8080/healthz -- node server.js',
    ],
    [
      'Any server that reloads on a signal, with its own check',
      'hotmount run --mount /etc/unbound --signal HUP \\\n--check unbound-checkconf -- unbound -d',
    ],
  ],
  exits: [
    ['N', "the command's own exit code; 128 + n when signal n ended it"],
    ['127, 126', 'the command was not found; it could not be started'],
    ['2', 'the command line is wrong'],
    ['3', 'the mount is missing, is a subPath mount, or cannot be read; the command was not started'],
    ['4', 'the environment in --dotenv or --env-keys is refused; the command was not started'],
    ['70', 'a fault of hotmount itself'],
  ],
}
