import { isDeepStrictEqual } from 'node:util'
import type { KubeObject } from './objects.js'

/** What happened to one object, as far as what is kept of it tells. */
export interface Followed<P> {
  readonly kind: 'added' | 'changed' | 'removed'
  /** 'namespace/name'. */
  readonly key: string
  readonly namespace: string
  readonly name: string
  /** What is kept of it; of a removed one, what was kept last. */
  readonly value: P
  /** Only of a changed one. */
  readonly previous?: P
  /** It was there when we came. */
  readonly isInitial: boolean
}

interface Kept<P> {
  readonly uid: string | undefined
  readonly value: P
}

/** 'namespace/name' of an object. */
const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`

/** What is kept of objects, and what differs from one look to the next. Pure of time and network. */
export class Projection<T extends KubeObject, P> {
  readonly #map: (object: T) => P | undefined
  readonly #kept = new Map<string, Kept<P>>()
  #seen: Set<string> | undefined
  #isInitial = true

  constructor(map: (object: T) => P | undefined) {
    this.#map = map
  }

  get size(): number {
    return this.#kept.size
  }
  get(key: string): P | undefined {
    return this.#kept.get(key)?.value
  }
  *[Symbol.iterator](): IterableIterator<[key: string, value: P]> {
    for (const [key, { value }] of this.#kept) yield [key, value]
  }

  /** A whole list is about to come; what it does not hold is gone. */
  beginList(): void {
    this.#seen = new Set()
  }

  /** The list is over. */
  endList(): readonly Followed<P>[] {
    const seen = this.#seen ?? new Set()
    this.#seen = undefined
    const gone = [...this.#kept.keys()].filter((key) => !seen.has(key)).flatMap((key) => this.#drop(key))
    this.#isInitial = false
    return gone
  }

  /** An object as it is now. Nothing comes of it when what is kept of it is the same. */
  put(object: T): readonly Followed<P>[] {
    const key = keyOf(object)
    const value = this.#map(object)
    if (value === undefined) return this.#drop(key)
    this.#seen?.add(key)
    const { uid } = object.metadata
    const before = this.#kept.get(key)
    // Deleted and made anew while nobody looked: two things happened, to two objects.
    const gone = before && before.uid !== uid ? this.#drop(key) : []
    const old = this.#kept.get(key)
    if (old && isDeepStrictEqual(old.value, value)) return gone
    this.#kept.set(key, { uid, value })
    return [...gone, this.#tell(old ? 'changed' : 'added', key, value, old?.value)]
  }

  /** An object that is gone. */
  remove(object: T): readonly Followed<P>[] {
    return this.#drop(keyOf(object))
  }

  #drop(key: string): readonly Followed<P>[] {
    const old = this.#kept.get(key)
    if (!old) return []
    this.#kept.delete(key)
    return [this.#tell('removed', key, old.value)]
  }

  #tell(kind: Followed<P>['kind'], key: string, value: P, previous?: P): Followed<P> {
    const slash = key.indexOf('/')
    const [namespace, name] = [key.slice(0, slash), key.slice(slash + 1)]
    const isInitial = this.#isInitial
    return { kind, key, namespace, name, value, ...(previous !== undefined && { previous }), isInitial }
  }
}
