import type { Flags } from './flag.js'
import { mountFlags } from './flags.js'
import type { Page } from './help.js'

const outputFlags = {
  json: { help: 'print JSON lines' },
  initial: {
    help: 'begin with what is there now, as a change',
    more: 'It adds every key, and counts for --count',
  },
  count: { value: 'N', help: 'end after N changes' },
} as const satisfies Flags

// It runs nothing that could quote the other keys.
const { value, help } = mountFlags.keys
const ownMountFlags: Flags = { ...mountFlags, keys: { ...(value !== undefined && { value }), help } }

/** All flags of `hotmount watch`. */
export const watchFlags: Flags = { ...outputFlags, ...ownMountFlags }

/** The help of `hotmount watch`. */
export const watchPage: Page = {
  name: 'watch',
  summary: 'print each change of a mount, one line each',
  usage: 'hotmount watch DIR [flags]',
  about: [
    'Prints the revision and the names of keys that were added (+), changed (~) and',
    'removed (-). DIR may also be one file of a mount. Values are never printed.',
  ].join('\n'),
  flags: { Output: outputFlags, 'How to watch': ownMountFlags },
  examples: [
    ['See what changes while you edit a ConfigMap', 'hotmount watch /etc/config'],
    ['Wait for the next change, then go on', 'hotmount watch /etc/config --count 1 && ./announce.sh'],
    ['Names of changed keys, for a script', "hotmount watch /etc/config --json | jq -r '.changed[]?'"],
  ],
  exits: [
    ['0', 'all changes of --count were printed; without --count: ended by Ctrl-C, TERM, or a closed pipe'],
    ['128 + n', 'ended by signal n before the directory was there, or before --count was reached'],
    ['2', 'the command line is wrong'],
    ['3', 'the directory is missing, is a subPath mount, or cannot be read'],
  ],
}
