import type { Flags } from './flag.js'
import {
  deedFlags,
  fileFlags,
  logFlags,
  mountFlags,
  noInitialFlags,
  reportFlags,
  safetyFlags,
  serverFlags,
  sourceFlags,
  statusFlags,
  targetFlags,
} from './flags.js'
import type { Page } from './help.js'

const sections = {
  'What to watch': sourceFlags,
  'What to do, one of': deedFlags,
  'To which process, with --signal or --server': { ...targetFlags, ...serverFlags },
  'How to do it safely': { ...safetyFlags, ...noInitialFlags },
  'How to watch': mountFlags,
  'State and log': { ...statusFlags, ...reportFlags, ...logFlags },
  'The file': fileFlags,
} as const satisfies Readonly<Record<string, Flags>>

/** All flags of `hotmount sidecar`. */
export const sidecarFlags: Flags = Object.assign({}, ...Object.values(sections))

/** The help of `hotmount sidecar`. */
export const sidecarPage: Page = {
  name: 'sidecar',
  summary: 'have what runs beside it take each change of a mount',
  usage: 'hotmount sidecar --mount DIR (--server NAME | …) [flags]',
  about: [
    'Does the same as run to something that it did not start. A target that is not',
    'there yet is waited for, and nothing is lost. Signals need a shared process',
    'namespace (shareProcessNamespace: true in the pod spec).',
  ].join('\n'),
  more: [
    'It reacts once at the start: what runs may have read an older config. It runs',
    'until TERM or INT. A CMD is split into words as in a shell, but no shell runs.',
  ].join('\n'),
  flags: sections,
  examples: [
    [
      'Reload the nginx of another container in this pod',
      'hotmount sidecar --mount /etc/nginx/conf.d --server nginx',
    ],
    [
      'Send a signal to a process, found by its pid file',
      'hotmount sidecar --mount /etc/app --signal HUP --pid-file /run/app.pid',
    ],
    [
      'Tell a server by HTTP, and see that it is well afterwards',
      'hotmount sidecar --mount /etc/rules --webhook http://127.0.0.1:9090/-/reload \\\n--verify-url http://127.0.0.1:9090/-/ready --listen 9533',
    ],
  ],
  exits: [
    ['0', 'ended by TERM or INT'],
    ['2', 'the command line or the file is wrong'],
    ['3', 'the mount is missing, is a subPath mount, or cannot be read'],
    ['70', 'a fault of hotmount itself'],
  ],
}
