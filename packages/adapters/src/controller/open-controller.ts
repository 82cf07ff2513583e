import { type Clock, systemClock } from '@hotmount/core'
import type { KubeClient } from '../kubernetes/client.js'
import { type AnnotationNames, reloaderNames } from './annotation-names.js'
import { Cluster, type Scope } from './cluster.js'
import { Controller } from './controller.js'
import { apiHand, dryHand, type Hand } from './hand.js'
import { openHashing } from './hashes.js'
import type { ResourceKind, WorkloadKind } from './kinds.js'
import type { PlanRules } from './plan.js'
import { PodReports } from './pod-reports.js'
import { rerunning } from './rerun.js'
import { telling } from './telling.js'
import { openPatterns } from './patterns.js'
import type { Defaults } from './policy.js'
import type { Strategy } from './stamp.js'

/** How a controller works, all decided. */
export interface ControllerOptions {
  readonly client: KubeClient
  readonly scope: Scope
  readonly resources: ReadonlySet<ResourceKind>
  readonly workloads: ReadonlySet<WorkloadKind>
  readonly names: AnnotationNames
  readonly autoAll: boolean
  readonly onCreate: boolean
  readonly onDelete: boolean
  readonly strategy: Strategy
  readonly defaults: Defaults
  readonly dryRun: boolean
  /** Read no Secret: pods that report their mounts tell when one changed. */
  readonly secretsByPods: boolean
  /** Tell this address instead of rolling. */
  readonly webhookUrl: string | undefined
  /** What hashes are keyed with. */
  readonly hashKey: Uint8Array | undefined
  readonly clock: Clock
}

/** What is usual. */
export const usualOptions: Omit<ControllerOptions, 'client'> = {
  scope: {
    namespaces: ['*'],
    ignoredNamespaces: new Set(),
    namespaceSelector: undefined,
    labelSelector: undefined,
  },
  resources: new Set(['ConfigMap', 'Secret']),
  workloads: new Set(['Deployment', 'StatefulSet', 'DaemonSet']),
  names: reloaderNames,
  autoAll: false,
  onCreate: false,
  onDelete: false,
  strategy: 'annotations',
  defaults: {
    coalesce: { quietMs: 1000, maxMs: 10_000 },
    rate: undefined,
    breaker: { max: 10, withinMs: 1_800_000 },
    window: undefined,
    turn: undefined,
    needsApproval: false,
    // As long as a Deployment has unless it says otherwise.
    deadlineMs: 600_000,
  },
  dryRun: false,
  secretsByPods: false,
  webhookUrl: undefined,
  hashKey: undefined,
  clock: systemClock,
}

/** A controller that has begun to look, and acts while it is run. */
export interface OpenController {
  readonly cluster: Cluster
  readonly controller: Controller
}

const handFor = ({ client, names, strategy, dryRun, webhookUrl, clock }: ControllerOptions): Hand => {
  if (dryRun) return dryHand()
  const api = apiHand({ client, names, strategy, now: () => clock.now() })
  return webhookUrl === undefined ? rerunning(client, api) : telling(webhookUrl, api)
}

/** Begins to follow a cluster. Nothing is written until the controller is run. @throws UsageError */
export const openController = async (options: ControllerOptions): Promise<OpenController> => {
  const { client, scope, resources, workloads, names, dryRun, hashKey, clock, secretsByPods } = options
  const patterns = await openPatterns()
  const hashing = openHashing(hashKey)
  const { autoAll, onCreate, onDelete, defaults } = options
  const rules: PlanRules = {
    names,
    autoAll,
    workloads,
    resources,
    secretsByPods,
    patterns,
    onCreate,
    onDelete,
    defaults,
    hashing: hashing.name,
  }
  const hand = handFor(options)
  const podReports = secretsByPods ? new PodReports(client, scope.namespaces, clock) : undefined
  const cluster = new Cluster({ client, scope, resources, workloads, names, hashing, clock, podReports })
  const controller = new Controller({ cluster, hand, rules, dryRun, podReports, clock })
  return { cluster, controller }
}
