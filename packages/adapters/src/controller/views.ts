import type { Cluster } from './cluster.js'
import type { WorkloadKind } from './kinds.js'
import type { Workload } from './workload.js'

/** `shop/deployment/web`: one workload of the cluster. */
export const keyOf = ({
  kind,
  namespace,
  name,
}: {
  readonly kind: WorkloadKind
  readonly namespace: string
  readonly name: string
}): string => `${namespace}/${kind.toLowerCase()}/${name}`

interface Written {
  readonly before: string
  readonly after: Workload
}

/** Workloads as they are: what was just written counts, even before the watch tells of it. */
export class Views {
  readonly #cluster: Cluster
  readonly #written = new Map<string, Written>()

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  get(key: string): Workload | undefined {
    const slash = key.indexOf('/')
    const told = this.#cluster.workloads.get(key.slice(0, slash), key.slice(slash + 1))
    return told && this.latest(told)
  }

  /** The newer one of what the watch told and what was written. */
  latest(told: Workload): Workload {
    const key = keyOf(told)
    const written = this.#written.get(key)
    if (!written) return told
    // Every write names the version that it is based on, so nothing can lie between the two.
    if (told.uid === written.after.uid && told.resourceVersion === written.before) return written.after
    this.#written.delete(key)
    return told
  }

  /** Notes what was written over what. */
  note(before: Workload, after: Workload): void {
    if (before.resourceVersion === after.resourceVersion) return
    const key = keyOf(after)
    const earlier = this.#written.get(key)
    // Two writes before the watch tells of the first one: it may still tell of either.
    const isChained = earlier?.after.resourceVersion === before.resourceVersion
    this.#written.set(key, { before: isChained ? earlier.before : before.resourceVersion, after })
  }

  forget(key: string): void {
    this.#written.delete(key)
  }
}
