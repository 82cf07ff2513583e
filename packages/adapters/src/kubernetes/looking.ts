import type { KubeClient } from './client.js'
import type { KubeObject } from './objects.js'
import { pages } from './pages.js'
import { type Followed, Projection } from './projection.js'
import type { ListQuery, Selection } from './queries.js'
import type { Resource } from './resources.js'

/** What is kept of objects. */
export interface Kept<P> extends Iterable<[key: string, value: P]> {
  readonly size: number
  /** By 'namespace/name'. */
  get(key: string): P | undefined
}

/** One line of a watch: what it changed, and how far the watch is now. */
export interface Seen<P> {
  readonly changes: readonly Followed<P>[]
  readonly resourceVersion: string
}

/** One look at all objects, and a watch after it: {@link Follower} decides when. */
export interface Looking<P> {
  readonly kept: Kept<P>
  /** Resolves with the version that a watch goes on from. */
  list(signal: AbortSignal, tell: (changes: readonly Followed<P>[]) => void): Promise<string>
  watch(from: string, signal: AbortSignal, onOpen: () => void): AsyncIterable<Seen<P>>
}

/** Looks through a client. */
export class ClientLooking<T extends KubeObject, P> implements Looking<P> {
  readonly #client: KubeClient
  readonly #resource: Resource<T>
  readonly #selection: Selection
  readonly #projection: Projection<T, P>

  constructor(
    client: KubeClient,
    resource: Resource<T>,
    { namespace, labelSelector, fieldSelector }: Selection,
    map: (object: T) => P | undefined,
  ) {
    this.#client = client
    this.#resource = resource
    this.#selection = { namespace, labelSelector, fieldSelector }
    this.#projection = new Projection(map)
  }

  get kept(): Kept<P> {
    return this.#projection
  }

  async list(signal: AbortSignal, tell: (changes: readonly Followed<P>[]) => void): Promise<string> {
    const query: ListQuery = { ...this.#selection, signal }
    let version = ''
    this.#projection.beginList()
    // Page by page: of a thousand objects, only what is kept of them is ever there together.
    for await (const { items, resourceVersion, isRestart } of pages(this.#client, this.#resource, query)) {
      if (isRestart) this.#projection.beginList()
      version = resourceVersion
      for (const item of items) tell(this.#projection.put(item))
    }
    tell(this.#projection.endList())
    return version
  }

  async *watch(from: string, signal: AbortSignal, onOpen: () => void): AsyncGenerator<Seen<P>> {
    const query = { ...this.#selection, resourceVersion: from, signal, onOpen }
    for await (const event of this.#client.watch(this.#resource, query)) {
      if (event.type === 'BOOKMARK') yield { changes: [], resourceVersion: event.resourceVersion }
      else {
        const { object } = event
        const changes =
          event.type === 'DELETED' ? this.#projection.remove(object) : this.#projection.put(object)
        yield { changes, resourceVersion: object.metadata.resourceVersion ?? '' }
      }
    }
  }
}
