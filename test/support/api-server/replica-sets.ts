import { apiVersionOf, kindOf, type Stored } from './kinds.js'
import type { Store } from './store.js'

/** What pods are made from. */
export interface Template {
  readonly metadata?: {
    readonly labels?: Record<string, string>
    readonly annotations?: Record<string, string>
  }
  readonly spec?: Record<string, unknown>
}
export const hashLabel = 'pod-template-hash'
export const revisionName = 'deployment.kubernetes.io/revision'

/** As what belongs to a workload names it. */
export const referenceTo = (plural: string, { metadata }: Stored) => {
  const kind = kindOf(plural)
  const { name, uid = '' } = metadata
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, name, uid, controller: true }
}

const revise = (store: Store, set: Stored, revision: number): Stored => {
  const { resourceVersion: _, ...metadata } = set.metadata
  const annotations = { ...metadata.annotations, [revisionName]: `${revision}` }
  return store.replace('replicasets', { ...set, metadata: { ...metadata, annotations } })
}

/** The ReplicaSet of a Deployment's template. One that comes back takes its old set, as the newest revision. */
export const replicaSetOf = (
  store: Store,
  workload: Stored,
  { template, hash }: { readonly template: Template; readonly hash: string },
): Stored => {
  const { namespace, name, uid } = workload.metadata
  const revisions = store
    .list('replicasets', namespace)
    .filter(({ metadata: { ownerReferences: [owner] = [] } }) => owner?.uid === uid)
    .map((set) => ({ set, revision: Number(set.metadata.annotations?.[revisionName]) }))
  const most = Math.max(0, ...revisions.map(({ revision }) => revision))
  const found = revisions.find(({ set }) => set.metadata.name === `${name}-${hash}`)
  if (found) return found.revision === most ? found.set : revise(store, found.set, most + 1)
  const metadata = {
    name: `${name}-${hash}`,
    ...(namespace !== undefined && { namespace }),
    annotations: { [revisionName]: `${most + 1}` },
    labels: { ...template.metadata?.labels, [hashLabel]: hash },
    ownerReferences: [referenceTo('deployments', workload)],
  }
  return store.create('replicasets', { metadata, spec: { template } })
}
