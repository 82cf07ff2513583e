import type { FlagTable } from './flag.js'
import { logFlags, mountFlags, safetyFlags, statusFlags } from './flags.js'
import type { Page } from './help.js'

const clusterFlags: FlagTable<'namespace' | 'service-selector' | 'no-endpoints' | 'kubeconfig'> = {
  namespace: {
    value: 'NAME',
    common: true,
    help: "where they are; default: this pod's own; '*': anywhere",
    more: 'Anywhere needs a ClusterRole',
  },
  'service-selector': {
    value: 'LABELS',
    common: true,
    help: "of which Services, as 'expose=nginx'",
    more: 'Default: all of the namespace',
  },
  'no-endpoints': {
    common: true,
    help: 'do not follow endpoints: Services alone',
    more: 'Then a pod that comes or goes changes nothing, and no right on endpointslices is needed',
  },
  kubeconfig: { value: 'PATH', help: 'default: the ServiceAccount of this pod' },
}

const fileFlags: FlagTable<'template' | 'into' | 'check'> = {
  template: {
    value: 'FILE=PATH',
    many: true,
    common: true,
    help: 'render the Eta template at PATH as FILE',
    more: "It finds the Services in it['services.json']. Several templates are in one directory; a ConfigMap there is followed, too. A template is code that runs in this process",
  },
  into: { value: 'DIR', common: true, help: 'the directory to publish in: an emptyDir' },
  check: {
    ...safetyFlags.check,
    help: 'must exit with 0 before it is published',
    more: '{directory} in it stands for the directory of the candidate',
  },
}

const waysFlags: FlagTable<'once' | 'wait' | 'settle' | 'accept-empty'> = {
  once: { common: true, noVariable: true, help: 'publish once and end: for an init container' },
  wait: {
    value: 'TIME',
    noVariable: true,
    help: 'with --once: how long to wait for an API server that is away',
    more: 'Default 10s, where an earlier life has published something, which then stays; else for as long as it takes',
  },
  settle: {
    ...mountFlags.settle,
    help: 'how long nothing must have changed',
    more: 'Default 100ms; ten times that is the longest that changes can put it off',
  },
  'accept-empty': {
    help: 'when every Service vanishes at once, take that as a change',
    more: 'Default: keep the last config and report it',
  },
}

/** Name of a flag of `hotmount generate`. */
export type GenerateFlag =
  | keyof typeof clusterFlags
  | keyof typeof fileFlags
  | keyof typeof waysFlags
  | keyof typeof statusFlags
  | keyof typeof logFlags

/** All flags of `hotmount generate`. */
export const generateFlags: FlagTable<GenerateFlag> = {
  ...clusterFlags,
  ...fileFlags,
  ...waysFlags,
  ...statusFlags,
  ...logFlags,
}

/** The help of `hotmount generate`. */
export const generatePage: Page = {
  name: 'generate',
  summary: 'render templates from Services, whenever those change',
  usage: 'hotmount generate --template FILE=PATH --into DIR [flags]',
  about: [
    'Follows Services and their endpoints, renders templates, checks what came out,',
    'and publishes it by one rename. DIR is laid out as a mounted ConfigMap: a run or',
    'sidecar that watches it reloads the server. While the API server is away, what',
    'was published last stays. Needs the package eta.',
  ].join('\n'),
  more: [
    'One generator per DIR. It needs the verbs list and watch on services and on',
    'endpointslices (group discovery.k8s.io) in that namespace, and nothing else.',
    'What is refused by the check or cannot be rendered is never published.',
  ].join('\n'),
  flags: {
    'Of what': clusterFlags,
    'What and where to': fileFlags,
    How: waysFlags,
    'State and log': { ...statusFlags, ...logFlags },
  },
  examples: [
    [
      'The config of an nginx beside it in the pod',
      'hotmount generate --service-selector expose=nginx --into /etc/nginx/conf.d \\\n--template default.conf=/etc/templates/default.conf.eta',
    ],
    [
      'The first one, in an init container',
      'hotmount generate --once --service-selector expose=nginx \\\n--into /etc/nginx/conf.d \\\n--template default.conf=/etc/templates/default.conf.eta',
    ],
    [
      'Checked by the server it is for',
      "hotmount generate --no-endpoints --into /staged \\\n--template nginx.conf=/etc/templates/nginx.conf.eta \\\n--check 'nginx -t -c {directory}/nginx.conf'",
    ],
  ],
  exits: [
    ['0', 'ended by TERM or INT; with --once: there is a config'],
    ['2', 'the command line is wrong, or eta is not installed'],
    ['3', 'the API server refuses, or DIR or a template cannot be used'],
    ['4', 'the first config is refused, and there is no earlier one'],
    ['70', 'a fault of hotmount itself'],
  ],
}
