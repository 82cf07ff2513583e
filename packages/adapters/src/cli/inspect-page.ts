import type { Flags } from './flag.js'
import type { Page } from './help.js'

const outputFlags = { json: { help: 'print one JSON object' } } as const satisfies Flags

/** All flags of `hotmount inspect`. */
export const inspectFlags: Flags = outputFlags

/** The help of `hotmount inspect`. */
export const inspectPage: Page = {
  name: 'inspect',
  summary: 'explain a mount: what it is, and whether it will ever update',
  usage: 'hotmount inspect DIR [--json]',
  about: 'Looks once at a directory or file, says what is wrong, and how to mend it.',
  flags: { Flags: outputFlags },
  examples: [
    ['Will this ConfigMap ever update in this pod?', 'hotmount inspect /etc/config'],
    ['The same for one file; subPath mounts never update', 'hotmount inspect /etc/nginx/nginx.conf'],
    ['Refuse to start on a mount that never updates', 'hotmount inspect /etc/config && exec ./server'],
  ],
  exits: [
    ['0', 'it updates, or it is an ordinary directory or file'],
    ['1', 'it never updates: a subPath mount'],
    ['2', 'the command line is wrong'],
    ['3', 'nothing is there, or it cannot be read'],
    ['5', 'it is stale: a newer version exists that this container cannot see'],
  ],
}
