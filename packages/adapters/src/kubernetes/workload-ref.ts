import { hostname } from 'node:os'
import { UsageError } from '@hotmount/core'
import { targetError } from '../process/target-error.js'
import type { KubeClient } from './client.js'
import type { KubeObject, OwnerReference, Workload } from './objects.js'
import { apiVersionOf, type Resource, resources } from './resources.js'

/** One workload. */
export interface WorkloadRef {
  readonly resource: Resource<Workload>
  readonly name: string
  readonly namespace: string
}

const byWord: Readonly<Record<string, Resource<Workload>>> = {
  deployment: resources.deployments,
  statefulset: resources.statefulSets,
  daemonset: resources.daemonSets,
}

/** 'deployment/shop'. */
export const wordsOf = ({ resource, name }: WorkloadRef): string => `${resource.kind.toLowerCase()}/${name}`

/** Reads 'deployment/shop'. @throws UsageError BAD_OPTION */
export const parseWorkload = (text: string): Omit<WorkloadRef, 'namespace'> => {
  const [, word = '', name = ''] = /^(\w+)\/([a-z0-9][a-z0-9.-]*)$/.exec(text) ?? []
  const resource = byWord[word.toLowerCase()]
  if (!resource || name === '')
    throw new UsageError('BAD_OPTION', `workload: ${JSON.stringify(text)} is no workload`, {
      hint: 'write deployment/NAME, statefulset/NAME or daemonset/NAME',
    })
  return { resource, name }
}

/** The name of the pod that this process runs in: its host name, unless POD_NAME says otherwise. */
// oxlint-disable-next-line node/no-process-env -- with hostNetwork, only the downward API knows the pod's name
export const ownPodName = (): string => process.env['POD_NAME'] ?? hostname()

const controllerOf = ({ metadata }: KubeObject): OwnerReference | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller === true)

const isOf = ({ apiVersion, kind }: OwnerReference, resource: Resource): boolean =>
  apiVersion === apiVersionOf(resource) && kind === resource.kind

/**
 * The workload that a pod belongs to, through its owners. Needs `get` on pods, and on replicasets for a Deployment.
 *
 * @throws ApiError, ReactionError TARGET_NOT_FOUND for a pod that belongs to no workload that is known
 */
export const workloadOf = async (
  client: KubeClient,
  pod: string,
  namespace: string,
  signal: AbortSignal,
): Promise<WorkloadRef> => {
  let owner = controllerOf(await client.get(resources.pods, { name: pod, namespace }, signal))
  if (owner && isOf(owner, resources.replicaSets))
    owner = controllerOf(await client.get(resources.replicaSets, { name: owner.name, namespace }, signal))
  const resource = owner && Object.values(byWord).find((one) => isOf(owner, one))
  if (owner && resource) return { resource, name: owner.name, namespace }
  const whose = owner ? `belongs to ${owner.kind} ${owner.name}` : 'belongs to nobody'
  throw targetError('TARGET_NOT_FOUND', 'rollout', `pod ${pod} in namespace ${namespace} ${whose}`, {
    hint: "name the workload: rollout({ workload: 'deployment/NAME' })",
  })
}
