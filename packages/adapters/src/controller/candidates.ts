import { countedHashes } from './counted.js'
import { decide, type Resource, type Rules, type Subject } from './decide.js'
import type { KeyHashes } from './hashes.js'
import { resourceId, type ResourceKind } from './kinds.js'
import type { Baseline } from './state.js'

/** A ConfigMap or Secret as a plan sees it. */
export interface Present extends Resource {
  readonly hashes: KeyHashes
}

/** The ConfigMaps and Secrets of one namespace. */
export interface Presence {
  /** By `configmap/shop`. */
  get(id: string): Present | undefined
  all(): Iterable<Present>
}

/** What may roll a workload, by id: the hashes that count (null: it does not exist), and the container to stamp. */
export interface Candidates {
  readonly hashes: Readonly<Record<string, KeyHashes | null>>
  readonly containers: Readonly<Record<string, string | undefined>>
}

/** What there is to decide by, apart from the workload. */
export interface CandidateRules extends Rules {
  /** The kinds that are looked at. */
  readonly resources: ReadonlySet<ResourceKind>
  /** Whether Secrets are not read, and pods tell of theirs. */
  readonly secretsByPods: boolean
}

/** What pods tell of their mounts, beside ConfigMaps and Secrets by name. */
const podsId = 'pods'

const resourceOf = (id: string): Pick<Resource, 'kind' | 'name'> => {
  const [kind, name = ''] = id.split('/')
  return { kind: kind === 'secret' ? 'Secret' : 'ConfigMap', name }
}

/** Whether a workload names what it rolls for; otherwise it rolls only for what it refers to. */
const hasList = ({ annotations, templateAnnotations }: Subject, { names }: CandidateRules): boolean =>
  Object.values(names.byKind).some(({ reload }) => reload in annotations || reload in templateAnnotations)

/**
 * Everything that may roll a workload: what there is in its namespace, what it refers to or was rolled for and is not
 * there, and what its pods report of Secrets that nobody may read.
 */
export const candidatesOf = (
  subject: Subject,
  presence: Presence,
  known: { readonly baseline: Baseline; readonly reported: KeyHashes | undefined },
  rules: CandidateRules,
): Candidates => {
  const hashes: Record<string, KeyHashes | null> = {}
  const containers: Record<string, string | undefined> = {}
  const consider = (resource: Resource, now: () => KeyHashes | null, id = resourceId(resource)): void => {
    if (id in hashes) return
    const verdict = decide(subject, resource, rules)
    if (!verdict.rolls) return
    hashes[id] = now()
    containers[id] = verdict.container
  }
  const considerPresent = (resource: Present): void => {
    if (rules.resources.has(resource.kind))
      consider(resource, () => countedHashes(subject, resource, rules.patterns))
  }
  if (hasList(subject, rules)) for (const resource of presence.all()) considerPresent(resource)
  const baselineIds = Object.keys(known.baseline).filter((id) => id !== podsId)
  for (const { kind, name } of [...subject.references, ...baselineIds.map(resourceOf)]) {
    const resource = presence.get(resourceId({ kind, name }))
    // Nobody knows what a resource that is not there was annotated with: it is kept in mind as if it matched.
    const gone: Resource = { kind, name, annotations: { [rules.names.match]: 'true' } }
    const { reported } = known
    if (resource) considerPresent(resource)
    else if (rules.resources.has(kind)) consider(gone, () => null)
    else if (kind === 'Secret' && rules.secretsByPods) {
      // As long as the pods do not agree, what they agreed on last is what is known.
      const agreed = reported ?? known.baseline[podsId]
      if (agreed) consider(gone, () => agreed, podsId)
    }
  }
  return { hashes, containers }
}
