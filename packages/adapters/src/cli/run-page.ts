import type { Flags } from './flag.js'
import {
  childFlags,
  deedFlags,
  fileFlags,
  initialFlags,
  logFlags,
  mountFlags,
  reportFlags,
  restartFlags,
  safetyFlags,
  sourceFlags,
  statusFlags,
} from './flags.js'
import type { Page } from './help.js'

const sections = {
  'What to watch': sourceFlags,
  'What to do, one of': { ...deedFlags, ...restartFlags },
  'How to do it safely': { ...safetyFlags, ...initialFlags },
  'The command': childFlags,
  'How to watch': mountFlags,
  'State and log': { ...statusFlags, ...reportFlags, ...logFlags },
  'The file': fileFlags,
} as const satisfies Readonly<Record<string, Flags>>

/** All flags of `hotmount run`. */
export const runFlags: Flags = Object.assign({}, ...Object.values(sections))

/** The help of `hotmount run`. */
export const runPage: Page = {
  name: 'run',
  summary: 'run a command, and have it take each change of a mount',
  usage: 'hotmount run --mount DIR (--server NAME | …) [flags] -- COMMAND [ARG…]',
  about: [
    'Runs COMMAND with your stdin, stdout and stderr. When the mount changes, the new',
    'config is checked, put into effect, and proven to be in effect. What fails is',
    'tried again with growing pauses; what the check refuses is not applied at all.',
  ].join('\n'),
  more: [
    'TERM and INT stop the command gracefully; HUP, USR1, USR2, QUIT and WINCH are',
    'passed on to it. What happens is logged on stderr: names of keys, never a value.',
    'A CMD is split into words as in a shell, but no shell runs.',
  ].join('\n'),
  flags: sections,
  examples: [
    [
      'nginx reloads its config, after nginx -t; the old one stays when that fails',
      "hotmount run --mount /etc/nginx/conf.d --server nginx \\\n-- nginx -g 'daemon off;'",
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
    ['2', 'the command line or the file is wrong'],
    ['3', 'the mount is missing, is a subPath mount, or cannot be read; nothing was started'],
    ['4', 'the environment in --dotenv or --env-keys is refused; nothing was started'],
    ['70', 'a fault of hotmount itself'],
  ],
}
