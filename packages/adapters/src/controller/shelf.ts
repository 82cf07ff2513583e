import type { HashedResource } from './hashes.js'
import { resourceId, workloadId } from './kinds.js'
import type { Workload } from './workload.js'

/** Things of a cluster by namespace and id. */
export class Shelf<T extends { readonly namespace: string }> {
  readonly #idOf: (thing: T) => string
  readonly #byNamespace = new Map<string, Map<string, T>>()

  constructor(idOf: (thing: T) => string) {
    this.#idOf = idOf
  }

  put(thing: T): void {
    const things = this.#byNamespace.get(thing.namespace) ?? new Map<string, T>()
    this.#byNamespace.set(thing.namespace, things.set(this.#idOf(thing), thing))
  }
  drop(thing: T): void {
    const things = this.#byNamespace.get(thing.namespace)
    things?.delete(this.#idOf(thing))
    if (things?.size === 0) this.#byNamespace.delete(thing.namespace)
  }
  get(namespace: string, id: string): T | undefined {
    return this.#byNamespace.get(namespace)?.get(id)
  }
  in(namespace: string): Iterable<T> {
    return this.#byNamespace.get(namespace)?.values() ?? []
  }
  *all(): Iterable<T> {
    for (const things of this.#byNamespace.values()) yield* things.values()
  }
}

/** ConfigMaps and Secrets, by namespace and `configmap/shop`. */
export const resourceShelf = (): Shelf<HashedResource> => new Shelf<HashedResource>(resourceId)
/** Workloads, by namespace and `deployment/shop`. */
export const workloadShelf = (): Shelf<Workload> => new Shelf<Workload>(workloadId)
