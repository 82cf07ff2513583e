import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { apiVersionOf, type Kind, kindOf, kinds, type Stored } from './kinds.js'
import { jobSpec } from './job-spec.js'
import { conflict, notFound, Refusal } from './refusals.js'

/** One write, as a watch sees it. */
export interface Entry {
  readonly version: number
  readonly plural: string
  readonly before: Stored | undefined
  readonly after: Stored | undefined
}

const isOther = (one: unknown, other: unknown): boolean => !isDeepStrictEqual(one, other)

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`

/** All objects of a cluster, and every write since the last compaction. */
export class Store {
  readonly #objects = new Map<string, Map<string, Stored>>()
  readonly #listeners = new Set<(entry: Entry) => void>()
  #log: Entry[] = []
  #version = 1000
  #compacted = 0
  /** What creation times are made from. */
  now: () => Date = () => new Date()

  get version(): number {
    return this.#version
  }

  #of(plural: string): Map<string, Stored> {
    const found = this.#objects.get(plural) ?? new Map<string, Stored>()
    this.#objects.set(plural, found)
    return found
  }

  #write(plural: string, before: Stored | undefined, after: Stored | undefined): void {
    this.#version += 1
    if (after) after.metadata.resourceVersion = String(this.#version)
    const { namespace, name } = (after ?? before)?.metadata ?? { name: '' }
    if (after) this.#of(plural).set(keyOf(namespace, name), after)
    else this.#of(plural).delete(keyOf(namespace, name))
    const gone = before && !after ? structuredClone(before) : undefined
    if (gone) gone.metadata.resourceVersion = String(this.#version)
    const entry = { version: this.#version, plural, before: gone ?? before, after }
    this.#log.push(entry)
    for (const hear of this.#listeners) hear(entry)
  }

  get(plural: string, namespace: string | undefined, name: string): Stored {
    const found = this.#of(plural).get(keyOf(namespace, name))
    if (!found) throw notFound(plural, name)
    return structuredClone(found)
  }

  find(plural: string, namespace: string | undefined, name: string): Stored | undefined {
    const found = this.#of(plural).get(keyOf(namespace, name))
    return found && structuredClone(found)
  }

  /** Whether the cluster has such a type. */
  knows(plural: string): boolean {
    return kinds.some((kind) => kind.plural === plural)
  }

  /** In the order of their keys, as etcd has them. */
  list(plural: string, namespace?: string): readonly Stored[] {
    return [...this.#of(plural)]
      .filter(([, { metadata }]) => namespace === undefined || metadata.namespace === namespace)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([, object]) => structuredClone(object))
  }

  create(plural: string, given: Stored): Stored {
    const kind: Kind = kindOf(plural)
    const object = structuredClone(given)
    const { metadata } = object
    if ((metadata.name as string | undefined) === undefined || metadata.name === '')
      metadata.name = `${metadata.generateName ?? ''}${randomUUID().slice(0, 5)}`
    if (this.find(plural, metadata.namespace, metadata.name))
      throw new Refusal(409, 'AlreadyExists', `${plural} "${metadata.name}" already exists`)
    object.apiVersion = apiVersionOf(kind)
    object.kind = kind.kind
    metadata.uid = randomUUID()
    metadata.creationTimestamp = this.now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z')
    if (kind.hasStatus) metadata.generation = 1
    if (plural === 'jobs') object['spec'] = jobSpec(object)
    this.#write(plural, undefined, object)
    return structuredClone(object)
  }

  /** Writes only where something differs, as the real one does; a change of the spec is a new generation. */
  replace(plural: string, given: Stored, part: 'object' | 'status' = 'object'): Stored {
    const kind = kindOf(plural)
    const before = this.get(plural, given.metadata.namespace, given.metadata.name)
    const { resourceVersion } = given.metadata
    if (resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion)
      throw conflict(plural, given.metadata.name)
    const after = structuredClone(given)
    // A write of the status may change annotations, too.
    const { annotations } = after.metadata
    const kept = { ...before.metadata, ...(annotations && { annotations }) }
    if (part === 'status') Object.assign(after, { ...before, metadata: kept, status: after['status'] })
    else if (kind.hasStatus) after['status'] = before['status']
    if (after['status'] === undefined) delete after['status']
    const { uid, creationTimestamp, generation } = before.metadata
    after.apiVersion = apiVersionOf(kind)
    after.kind = kind.kind
    after.metadata = { ...after.metadata, resourceVersion: before.metadata.resourceVersion ?? '' }
    Object.assign(after.metadata, { uid, creationTimestamp, ...(generation !== undefined && { generation }) })
    if (isDeepStrictEqual(before, after)) return after
    // Of a Deployment, other annotations are a new generation, too: they go to its ReplicaSets.
    const isNoted =
      plural === 'deployments' &&
      part === 'object' &&
      isOther(before.metadata.annotations ?? {}, after.metadata.annotations ?? {})
    if (generation !== undefined && (isNoted || isOther(before['spec'], after['spec'])))
      after.metadata.generation = generation + 1
    this.#write(plural, before, after)
    return structuredClone(after)
  }

  remove(plural: string, namespace: string | undefined, name: string): Stored {
    const before = this.get(plural, namespace, name)
    this.#write(plural, before, undefined)
    return before
  }

  /** What was written after a version; undefined when that is no longer known. */
  since(version: number): readonly Entry[] | undefined {
    if (version < this.#compacted) return undefined
    return this.#log.filter((entry) => entry.version > version)
  }

  /** Forgets what was written up to now: versions before that are gone. */
  compact(): void {
    this.#log = []
    this.#compacted = this.#version
  }

  onWrite(hear: (entry: Entry) => void): () => void {
    this.#listeners.add(hear)
    return () => this.#listeners.delete(hear)
  }
}
