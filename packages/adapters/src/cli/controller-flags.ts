import type { Flag, FlagTable, Flags } from './flag.js'

/** Where to look. */
type WhereFlag =
  | 'namespaces'
  | 'namespaces-to-ignore'
  | 'namespace-selector'
  | 'resource-label-selector'
  | 'resources-to-ignore'
  | 'secrets-by-pods'
  | 'kubeconfig'
  | 'context'
const whereFlags: FlagTable<WhereFlag> = {
  namespaces: {
    value: 'LIST',
    many: true,
    common: true,
    help: 'only these, for which Roles are enough; default all',
    more: 'Without it the variable KUBERNETES_NAMESPACE is looked at',
  },
  'namespaces-to-ignore': {
    value: 'LIST',
    many: true,
    help: 'not these',
    more: 'Not together with --namespaces',
  },
  'namespace-selector': {
    value: 'SELECTOR',
    many: true,
    help: 'only namespaces with these labels',
    more: 'Not together with --namespaces. team:shop and team:* mean team=shop and team',
  },
  'resource-label-selector': {
    value: 'SELECTOR',
    many: true,
    help: 'only ConfigMaps and Secrets with these labels',
  },
  'resources-to-ignore': {
    value: 'KIND',
    many: true,
    common: true,
    help: 'configmaps or secrets: they are not read',
  },
  'secrets-by-pods': {
    common: true,
    help: 'read no Secret; pods that report tell of theirs',
    more: 'They mount it, run hotmount and annotate themselves. See deploy/controller/by-pods.yaml',
  },
  kubeconfig: { value: 'PATH', common: true, help: "default: the pod's ServiceAccount, else KUBECONFIG" },
  context: { value: 'NAME', help: 'of the kubeconfig' },
}

/** What rolls. */
type WhatFlag =
  | 'auto-reload-all'
  | 'reload-on-create'
  | 'reload-on-delete'
  | 'is-Argo-Rollouts'
  | 'rerun'
  | 'ignored-workload-types'
  | 'reload-strategy'
  | 'webhook-url'
const whatFlags: FlagTable<WhatFlag> = {
  'auto-reload-all': { common: true, help: 'roll all that use it, unless annotated otherwise' },
  'reload-on-create': { value: 'true|false', help: 'a ConfigMap or Secret that comes is a change' },
  'reload-on-delete': { value: 'true|false', help: 'one that goes is a change' },
  'is-Argo-Rollouts': { value: 'true|false', common: true, help: 'roll Rollouts of Argo too' },
  rerun: {
    value: 'LIST',
    many: true,
    help: 'jobs, cronjobs: run them anew; default none',
    more: 'A Job under another name; what is suspended is not run',
  },
  'ignored-workload-types': {
    value: 'LIST',
    many: true,
    help: 'jobs, cronjobs: not run, which is the default',
  },
  'reload-strategy': {
    value: 'HOW',
    common: true,
    help: 'what is stamped: annotations (default) or env-vars',
    more: 'A digest in an annotation of the pod template, and variables named as those of Reloader besides',
  },
  'webhook-url': {
    value: 'URL',
    help: 'tell this address instead of rolling',
    more: 'It is told workload, digest and names of keys, again and again until it answers 2xx',
  },
}

/** When it rolls, for workloads that say nothing themselves. */
type WhenFlag = 'coalesce' | 'rate' | 'breaker' | 'window' | 'one-at-a-time' | 'approval' | 'deadline'
const whenFlags: FlagTable<WhenFlag> = {
  coalesce: {
    value: 'QUIET:MOST',
    common: true,
    help: 'gather until quiet, at most so long; default 1s:10s',
  },
  rate: { value: 'N/TIME', help: 'at most so many rollouts of a workload in a time', more: 'Default off' },
  breaker: {
    value: 'N/TIME',
    help: 'hold a workload that rolls more often',
    more: 'Default 10/30m; off for none. It goes on when its config is steady, or a person releases it',
  },
  window: {
    value: 'TIMES',
    common: true,
    help: "only then: 'Mon-Fri 22:00-04:00 Europe/Berlin'",
    more: 'Several are separated by a semicolon; without a zone it is UTC',
  },
  'one-at-a-time': {
    common: true,
    help: 'workloads roll one after the other',
    more: 'Of the whole cluster. When one fails to, the others wait',
  },
  approval: {
    common: true,
    help: 'each rollout waits until a person approves it',
    more: 'The Event says how',
  },
  deadline: {
    value: 'TIME',
    help: 'a StatefulSet or DaemonSet is stuck after so long without another new pod',
    more: 'Default 10m; off for never. A Deployment has its progressDeadlineSeconds',
  },
}

const renamed = (what: string): Flag => ({ value: 'NAME', help: `another name for ${what}` })

/** How Reloader's annotations are called. */
type NameFlag =
  | 'auto-annotation'
  | 'configmap-auto-annotation'
  | 'secret-auto-annotation'
  | 'configmap-annotation'
  | 'secret-annotation'
  | 'auto-search-annotation'
  | 'search-match-annotation'
  | 'ignore-annotation'
  | 'pause-deployment-annotation'
  | 'pause-deployment-time-annotation'
const nameFlags: FlagTable<NameFlag> = {
  'auto-annotation': renamed('reloader.stakater.com/auto'),
  'configmap-auto-annotation': renamed('configmap.reloader.stakater.com/auto'),
  'secret-auto-annotation': renamed('secret.reloader.stakater.com/auto'),
  'configmap-annotation': renamed('configmap.reloader.stakater.com/reload'),
  'secret-annotation': renamed('secret.reloader.stakater.com/reload'),
  'auto-search-annotation': renamed('reloader.stakater.com/search'),
  'search-match-annotation': renamed('reloader.stakater.com/match'),
  'ignore-annotation': renamed('reloader.stakater.com/ignore'),
  'pause-deployment-annotation': renamed('deployment.reloader.stakater.com/pause-period'),
  'pause-deployment-time-annotation': renamed('deployment.reloader.stakater.com/paused-at'),
}

/** How it runs. */
type HowFlag =
  | 'dry-run'
  | 'lease'
  | 'enable-ha'
  | 'no-lease'
  | 'hash-key-file'
  | 'listen'
  | 'log-format'
  | 'log-level'
  | 'json'
const howFlags: FlagTable<HowFlag> = {
  'dry-run': { common: true, help: 'write nothing; say what would be done' },
  lease: {
    value: 'NAME',
    help: 'the Lease that says who acts',
    more: 'Default hotmount-controller, in the namespace POD_NAMESPACE',
  },
  'enable-ha': { help: "the same with Reloader's Lease", more: 'So that the two never act together' },
  'no-lease': { help: 'act without a Lease: only for a single one' },
  'hash-key-file': {
    value: 'PATH',
    common: true,
    help: 'a file with the key of the hashes on workloads',
    more: 'Without it the key is known to all, and who reads a Deployment can try passwords',
  },
  listen: {
    value: 'ADDRESS',
    common: true,
    help: 'serve /livez, /readyz, /metrics; default :9090',
    more: 'off: nowhere',
  },
  'log-format': { value: 'FORMAT', help: 'json, or text for people; default by where it goes' },
  'log-level': { value: 'LEVEL', help: 'info (default), warn, error' },
  json: { help: 'the same as --log-format json' },
}

/** Read and understood, so that an image can be swapped, but not done; each with what to do instead. */
type RetiredFlag = 'sync-after-restart' | 'enable-csi-integration' | 'enable-pprof' | 'pprof-addr'
const retiredFlags: FlagTable<RetiredFlag> = {
  'sync-after-restart': { help: 'not needed: changes made while it was down are always found' },
  'enable-csi-integration': { help: 'refused: mount the volume and run hotmount in the pod' },
  'enable-pprof': { help: 'refused: set NODE_OPTIONS=--cpu-prof' },
  'pprof-addr': { value: 'ADDRESS', help: 'refused, as --enable-pprof' },
}

/** Name of a flag of `hotmount controller`. */
export type ControllerFlag = WhereFlag | WhatFlag | WhenFlag | NameFlag | HowFlag | RetiredFlag

/** Flags of `hotmount controller`, under headings. */
export const controllerSections: Readonly<Record<string, Flags>> = {
  'Where to look': whereFlags,
  'What rolls': whatFlags,
  'When, unless a workload says otherwise': whenFlags,
  'Names of annotations': nameFlags,
  'How it runs': howFlags,
  'Of Reloader, and not done': retiredFlags,
}

/** All of them. */
export const controllerFlags: FlagTable<ControllerFlag> = {
  ...whereFlags,
  ...whatFlags,
  ...whenFlags,
  ...nameFlags,
  ...howFlags,
  ...retiredFlags,
}
