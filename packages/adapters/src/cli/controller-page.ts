import { controllerSections } from './controller-flags.js'
import type { Page } from './help.js'

/** The help of `hotmount controller`. */
export const controllerPage: Page = {
  name: 'controller',
  summary: 'roll workloads of a cluster when their config changes',
  usage: 'hotmount controller [flags]',
  about: [
    'For what cannot take a config live. Workloads ask by annotation, as for',
    'Reloader: reloader.stakater.com/auto: "true"; or hotmount.dev/rollout: auto.',
    'The first start rolls nothing. What is changed while it is down is found.',
  ].join('\n'),
  more: [
    'All annotations, and what is done otherwise than in Reloader, are in',
    'docs/16-controller.md. Flags of Reloader are understood as they are: true and',
    'false may follow a switch, as in --enable-ha=true.',
  ].join('\n'),
  flags: controllerSections,
  examples: [
    ['Look on from your own machine', 'hotmount controller --dry-run --listen off'],
    ['Everywhere, in a pod; Secrets are not read', 'hotmount controller --resources-to-ignore secrets'],
    [
      'Only at night, one workload after the other',
      "hotmount controller --one-at-a-time \\\n--window 'Mon-Fri 22:00-04:00 Europe/Berlin'",
    ],
    [
      'In place of Reloader, with what its chart passes',
      'hotmount controller --log-format json --enable-ha \\\n--auto-reload-all --namespaces-to-ignore kube-system',
    ],
  ],
  exits: [
    ['0', 'ended by TERM or INT'],
    ['2', 'the command line is wrong'],
    ['3', 'the ServiceAccount or the kubeconfig cannot be read'],
    ['70', 'a fault of hotmount itself'],
  ],
}
