import type { Flag, Flags } from './flag.js'
import { runFlags } from './run-page.js'
import { sidecarFlags } from './sidecar-page.js'
import type { Page } from './help.js'

const candidateFlags: Flags = {
  candidate: {
    value: 'PATH',
    many: true,
    common: true,
    help: 'what would be mounted: a manifest, or a directory',
    more: 'For one of several mounts: NAME=PATH. Default: what is mounted now',
  },
  name: {
    value: 'NAME',
    common: true,
    help: 'which ConfigMap or Secret, where the manifest holds several',
  },
}

const without = (flags: Flags, ...names: readonly string[]): Flags =>
  Object.fromEntries(Object.entries(flags).filter(([name]) => !names.includes(name)))

const planFlags = without({ ...runFlags, ...sidecarFlags }, 'json')

/** All flags of `hotmount check`. */
export const checkFlags: Flags = {
  ...candidateFlags,
  ...planFlags,
  json: { help: 'print one JSON object' },
}

const common = new Set([
  'mount',
  'server',
  'signal',
  'restart',
  'reload-command',
  'webhook',
  'check',
  'config',
])

/** On one screen there is room for these. */
const shown = (flags: Flags): Flags =>
  Object.fromEntries(
    Object.entries(flags).map(([name, { value, many, help, more }]): [string, Flag] => [
      name,
      Object.assign(
        { help },
        value !== undefined && { value },
        many && { many },
        more !== undefined && { more },
        common.has(name) && { common: true as const },
      ),
    ]),
  )

/** The help of `hotmount check`. */
export const checkPage: Page = {
  name: 'check',
  summary: 'say what a change would do, and do nothing of it',
  usage: 'hotmount check (--config FILE | --mount DIR --server NAME …) [-- COMMAND …]',
  about: [
    'Takes the flags of run and of sidecar. Prints the names of keys that would',
    'change, which reactions would run, and what their checks say. Applies nothing.',
    'A check that reads the mount by its path reads the candidate instead; one that',
    'does not name it cannot be asked about a candidate, and that is said.',
  ].join('\n'),
  flags: {
    Candidate: candidateFlags,
    'As for run and sidecar': shown(planFlags),
    Output: { json: { help: 'print one JSON object' } },
  },
  examples: [
    [
      'Would nginx take this ConfigMap?',
      'hotmount check --mount /etc/nginx/conf.d --candidate configmap.yaml \\\n--server nginx -- nginx -c /etc/nginx/conf.d/nginx.conf',
    ],
    ['Is what is mounted now in order?', 'hotmount check --config hotmount.yaml'],
    [
      'Which reactions would a change of one mount set off?',
      'hotmount check --config hotmount.yaml --candidate tls=new-tls.yaml',
    ],
  ],
  exits: [
    ['0', 'nothing is refused'],
    ['1', 'nothing is refused, but some of it cannot be told before it is tried'],
    ['2', 'the command line, the file or the candidate is wrong'],
    ['3', 'a mount is missing, or cannot be read'],
    ['4', 'a check refuses it'],
  ],
}
