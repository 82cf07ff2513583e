import type { Relevant } from './annotation-names.js'
import type { Subject } from './decide.js'
import { property, relevantIn, stringsOf } from './hashes.js'
import type { WorkloadKind } from './kinds.js'
import { type Progress, progressOf, type Rolling, updatedOf } from './progress.js'
import { containersOf, type PodSpec, referencesOf } from './references.js'

/** What is kept of a workload: names, references, annotations that matter here, and how far its rollout is. */
export interface Workload extends Subject {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  readonly progress: Progress
  /** How many of its pods are new, where nobody else tells that a rollout is stuck. */
  readonly updated: number | undefined
  readonly paused: boolean
  /** Of a CronJob or Job. */
  readonly suspended: boolean
  /** Whether its pods are made from a template of its own; a Rollout of Argo may borrow that of a Deployment. */
  readonly hasTemplate: boolean
  /** Whether another workload made it. */
  readonly isOwned: boolean
}

/** Takes what matters out of an object of the API. */
export const workloadOf = (kind: WorkloadKind, object: unknown, isRelevant: Relevant): Workload => {
  const metadata = property(object, 'metadata')
  const spec = property(object, 'spec')
  const template =
    kind === 'CronJob'
      ? property(property(property(spec, 'jobTemplate'), 'spec'), 'template')
      : property(spec, 'template')
  const podSpec = property(template, 'spec')
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = stringsOf(metadata)
  const owners = property(metadata, 'ownerReferences')
  // oxlint-disable typescript/no-unsafe-type-assertion -- what an object looks like is the API server's word
  const pod = (podSpec ?? {}) as PodSpec
  const rolling = object as Rolling
  // oxlint-enable typescript/no-unsafe-type-assertion
  return {
    kind,
    namespace,
    name,
    uid,
    resourceVersion,
    annotations: relevantIn(metadata, isRelevant),
    templateAnnotations: relevantIn(property(template, 'metadata'), isRelevant),
    references: referencesOf(pod),
    containers: containersOf(pod),
    progress: progressOf(kind, rolling),
    updated: updatedOf(kind, rolling),
    paused: property(spec, 'paused') === true,
    suspended: property(spec, 'suspend') === true,
    hasTemplate: template !== undefined,
    isOwned: Array.isArray(owners) && owners.some((owner) => property(owner, 'controller') === true),
  }
}
