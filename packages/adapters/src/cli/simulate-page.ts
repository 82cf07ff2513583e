import type { Flags } from './flag.js'
import type { Page } from './help.js'

/** All flags of `hotmount simulate`. */
export const simulateFlags: Flags = {
  name: {
    value: 'NAME',
    help: 'which ConfigMap or Secret, where the manifest holds several',
    more: 'NAME, configmap/NAME or secret/NAME',
  },
  once: { help: 'project it once and end' },
  json: { help: 'print JSON lines' },
}

/** The help of `hotmount simulate`. */
export const simulatePage: Page = {
  name: 'simulate',
  summary: 'project a manifest as a kubelet would, whenever it changes',
  usage: 'hotmount simulate MANIFEST.yaml DIR [flags]',
  about: [
    'Writes the keys of a ConfigMap or Secret into DIR, by the same swap as a',
    'kubelet: local development without a cluster. MANIFEST.yaml may hold several',
    'documents and lists; a directory of plain files does as well. What is wrong with',
    'a manifest is told by line and column, and DIR keeps the last good revision.',
  ].join('\n'),
  more: [
    'DIR must be empty, not there yet, or made by simulate before: what is in it is',
    'never destroyed otherwise. It stays when simulate ends.',
  ].join('\n'),
  flags: { Flags: simulateFlags },
  examples: [
    ['Edit a manifest and see nginx take it', 'hotmount simulate configmap.yaml /tmp/conf.d'],
    ['One Secret out of a whole chart', 'hotmount simulate rendered.yaml /tmp/tls --name secret/web-tls'],
    ['Make a volume for a test', 'hotmount simulate testdata /tmp/volume --once'],
  ],
  exits: [
    ['0', 'ended by TERM or INT; with --once: it is there'],
    ['2', 'the command line or, at the start, the manifest is wrong'],
    ['3', 'the manifest or DIR cannot be read or written'],
  ],
}
