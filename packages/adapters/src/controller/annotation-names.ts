import type { ResourceKind } from './kinds.js'

/** The names under which Reloader's annotations are looked for. Most can be renamed by a flag. */
export interface AnnotationNames {
  readonly auto: string
  readonly search: string
  readonly match: string
  readonly ignore: string
  readonly pausePeriod: string
  readonly pausedAt: string
  readonly rolloutStrategy: string
  readonly byKind: Readonly<Record<ResourceKind, TypedNames>>
}

/** Those that speak of ConfigMaps only, or of Secrets only. */
export interface TypedNames {
  readonly auto: string
  /** The list of names. */
  readonly reload: string
  readonly exclude: string
}

/** As Reloader calls them. */
export const reloaderNames: AnnotationNames = {
  auto: 'reloader.stakater.com/auto',
  search: 'reloader.stakater.com/search',
  match: 'reloader.stakater.com/match',
  ignore: 'reloader.stakater.com/ignore',
  pausePeriod: 'deployment.reloader.stakater.com/pause-period',
  pausedAt: 'deployment.reloader.stakater.com/paused-at',
  rolloutStrategy: 'reloader.stakater.com/rollout-strategy',
  byKind: {
    ConfigMap: {
      auto: 'configmap.reloader.stakater.com/auto',
      reload: 'configmap.reloader.stakater.com/reload',
      exclude: 'configmaps.exclude.reloader.stakater.com/reload',
    },
    Secret: {
      auto: 'secret.reloader.stakater.com/auto',
      reload: 'secret.reloader.stakater.com/reload',
      exclude: 'secrets.exclude.reloader.stakater.com/reload',
    },
  },
}

/** Our own, on a workload's metadata or, where it is missing there, on its pod template. */
export const ownNames = {
  /** `auto`, `configmaps`, `secrets` or `off`. `off` on a ConfigMap or Secret means: it rolls nothing. */
  rollout: 'hotmount.dev/rollout',
  /** Only these keys count. */
  keys: 'hotmount.dev/keys',
  /** These keys do not count. */
  ignoreKeys: 'hotmount.dev/ignore-keys',
  coalesce: 'hotmount.dev/coalesce',
  rate: 'hotmount.dev/rate',
  breaker: 'hotmount.dev/breaker',
  window: 'hotmount.dev/window',
  turn: 'hotmount.dev/turn',
  approval: 'hotmount.dev/approval',
  /** How long a StatefulSet or DaemonSet may roll without another pod that is new. */
  deadline: 'hotmount.dev/deadline',
  /** What a person writes to let one digest pass. */
  approve: 'hotmount.dev/approve',
  /** What a person writes, anything new, to let a held workload go on. */
  release: 'hotmount.dev/release',
} as const

/** Written by the controller: on the workload's own metadata, which no pod sees. */
export const stateName = 'hotmount.dev/controller'
/** Written by the controller on the pod template: this is what rolls the pods. */
export const stampName = 'hotmount.dev/rolled-digest'

/** Whether an annotation matters. The rest is not kept: kubectl's holds the whole manifest, a Secret's values too. */
export type Relevant = (name: string) => boolean

const ownPrefix = ownNames.rollout.slice(0, ownNames.rollout.indexOf('/') + 1)

/** Which annotations matter, given how they are called. */
export const relevantTo = ({ byKind, ...names }: AnnotationNames): Relevant => {
  const known = new Set([
    ...Object.values(names),
    ...Object.values(byKind).flatMap((typed) => Object.values(typed)),
  ])
  return (name) => name.startsWith(ownPrefix) || known.has(name)
}
