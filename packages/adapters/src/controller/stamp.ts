import { type AnnotationNames, stampName, stateName } from './annotation-names.js'
import type { Stamp } from './plan.js'
import { type State, writeState } from './state.js'
import type { Workload } from './workload.js'

/** How the pods are rolled: by an annotation of the template, or by variables named as Reloader's. */
export type Strategy = 'annotations' | 'env-vars'

/** A PATCH, ready to be sent. */
export interface Writing {
  readonly type: 'apply' | 'strategic' | 'merge'
  readonly body: object
}

/** `STAKATER_SHOP_CONFIG_CONFIGMAP`: upper case, everything else but digits as one underscore, none in front. */
export const variableName = (resource: string): string => {
  const [kind = '', name = ''] = resource.split('/')
  const plain = name.replaceAll(/[^a-zA-Z0-9]+/g, '_').replace(/^_+/, '')
  return `STAKATER_${plain}_${kind}`.toUpperCase()
}

const metadataOf = ({ namespace, name, resourceVersion }: Workload, state: State): object => ({
  name,
  namespace,
  // Whoever wrote in between is looked at first: nothing is rolled for what is not so any more.
  resourceVersion,
  annotations: { [stateName]: writeState(state) },
})

const stampedTemplate = (digest: string | undefined): object =>
  digest === undefined ? {} : { spec: { template: { metadata: { annotations: { [stampName]: digest } } } } }

/** Writes down what is known of a workload, and touches no pod: what is stamped already is named again, as it is. */
export const noteOf = (workload: Workload, state: State): Writing => ({
  type: 'apply',
  body: {
    metadata: metadataOf(workload, state),
    ...stampedTemplate(workload.templateAnnotations[stampName]),
  },
})

// The annotation goes along: it differs even where the variable comes back to the value that it had.
const envStamp = (workload: Workload, { digest, variables }: Stamp, state: State): Writing => {
  const byContainer = new Map<string, object[]>()
  for (const { resource, container = workload.containers[0] ?? '', digest: value } of variables)
    byContainer.set(container, [
      ...(byContainer.get(container) ?? []),
      { name: variableName(resource), value },
    ])
  const containers = [...byContainer].map(([name, env]) => ({ name, env }))
  return {
    type: 'strategic',
    body: {
      metadata: metadataOf(workload, state),
      spec: { template: { metadata: { annotations: { [stampName]: digest } }, spec: { containers } } },
    },
  }
}

/** Argo's own way to roll without another template. Not applied: the next note would take it back. */
const restartStamp = (workload: Workload, state: State, now: Date): Writing => ({
  type: 'merge',
  body: { metadata: metadataOf(workload, state), spec: { restartAt: `${now.toISOString().slice(0, 19)}Z` } },
})

/** One write that rolls the pods and remembers for what: both, or neither. */
export const stampOf = (
  workload: Workload,
  stamp: Stamp,
  state: State,
  how: { readonly strategy: Strategy; readonly names: AnnotationNames; readonly now: Date },
): Writing => {
  const { kind, hasTemplate, annotations } = workload
  const isRestart = annotations[how.names.rolloutStrategy] === 'restart' || !hasTemplate
  if (kind === 'Rollout' && isRestart) return restartStamp(workload, state, how.now)
  if (how.strategy === 'env-vars' && kind !== 'Rollout') return envStamp(workload, stamp, state)
  return { type: 'apply', body: { metadata: metadataOf(workload, state), ...stampedTemplate(stamp.digest) } }
}
