import { clusterFlags } from './cluster-flags.js'
import type { Flags } from './flag.js'
import type { Page } from './help.js'

/** All flags of `hotmount status`. */
export const statusFlags: Flags = {
  selector: { value: 'LABELS', help: 'which pods: app=shop,tier!=db' },
  ...clusterFlags,
  json: { help: 'print one JSON object' },
}

/** The help of `hotmount status`. */
export const statusPage: Page = {
  name: 'status',
  summary: 'show which pods of a cluster run which config',
  usage: 'hotmount status --selector LABELS [flags]',
  about: [
    'One line per pod: the digests that it says it has applied and mounted. Pods say',
    'it by report(). Asks the API server once; needs `list` on pods.',
  ].join('\n'),
  flags: { Flags: statusFlags },
  examples: [
    ['Has every pod of the shop applied what is mounted?', 'hotmount status --selector app=shop'],
    [
      'In another namespace of another cluster',
      'hotmount status --selector app=shop --namespace shop \\\n--context staging',
    ],
    [
      'Names of the pods that lag behind, for a script',
      "hotmount status --selector app=shop --json \\\n| jq -r '.pods[] | select(.applied != .desired).name'",
    ],
  ],
  exits: [
    ['0', 'every pod has applied the one config that all have mounted'],
    ['1', 'not yet, or there is no such pod'],
    ['2', 'the command line or the kubeconfig is wrong'],
    ['3', 'the API server refuses, or cannot be reached'],
  ],
}
