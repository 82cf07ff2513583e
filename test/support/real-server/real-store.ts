import { apiVersionOf, kindOf, type Kind, type Stored } from '../api-server/kinds.js'
import { Refusal } from '../api-server/refusals.js'
import type { SyncClient } from './sync-client.js'
import type { View } from './view.js'

const finalizer = 'hotmount.dev/test'

const isRefusal = (error: unknown, status: number): boolean =>
  error instanceof Refusal && error.status === status

/** The controllers of a real cluster tell a lot, too. */
const isOurs = (plural: string, { reportingComponent: component }: Stored): boolean =>
  plural !== 'events' || (typeof component === 'string' && component.startsWith('hotmount'))

/** The objects of a real API server, read and written as those of the double are. */
export class RealStore {
  readonly #client: SyncClient
  readonly #view: View
  readonly #leaving: string[] = []
  readonly #namespaces = new Set<string>()
  /** Not asked: a real server has a clock of its own. */
  now: () => Date = () => new Date()
  /** Called when versions up to this one are to be forgotten. */
  onCompact: (version: number) => void = () => undefined

  constructor(client: SyncClient, view: View) {
    this.#client = client
    this.#view = view
  }

  /** Of the whole server. */
  get version(): number {
    const list = this.#client.ask({ method: 'GET', path: '/api/v1/namespaces?limit=1' }) as {
      readonly metadata: { readonly resourceVersion: string }
    }
    return Number(list.metadata.resourceVersion)
  }

  /** The real names of namespaces that were needed. */
  get namespaces(): readonly string[] {
    return [...this.#namespaces]
  }

  #path({ group, version, plural }: Kind, namespace: string | undefined, ...rest: readonly string[]): string {
    const at = plural === 'namespaces' || namespace === undefined ? [] : ['namespaces', namespace]
    return ['', ...(group === '' ? ['api'] : ['apis', group]), version, ...at, plural, ...rest].join('/')
  }

  #ask(method: string, path: string, body?: unknown): unknown {
    const shown = this.#client.ask({
      method,
      path: this.#view.path(path),
      ...(body !== undefined && { body: this.#view.body(body) as object }),
    })
    return JSON.parse(this.#view.shown(JSON.stringify(shown))) as unknown
  }

  /** Makes a namespace that is not there. */
  ensure(namespace: string, labels?: Record<string, string>): void {
    const name = this.#view.real(namespace)
    if (this.#namespaces.has(name)) {
      const type = 'application/merge-patch+json'
      const path = `/api/v1/namespaces/${name}`
      if (labels) this.#client.ask({ method: 'PATCH', path, type, body: { metadata: { labels } } })
      return
    }
    this.#namespaces.add(name)
    const body = { metadata: { name, ...(labels && { labels }) } }
    this.#client.ask({ method: 'POST', path: '/api/v1/namespaces', body })
  }

  get(plural: string, namespace: string | undefined, name: string): Stored {
    return this.#ask('GET', this.#path(kindOf(plural), namespace, name)) as Stored
  }

  find(plural: string, namespace: string | undefined, name: string): Stored | undefined {
    try {
      return this.get(plural, namespace, name)
    } catch (error) {
      if (isRefusal(error, 404)) return undefined
      throw error
    }
  }

  /** Whether the cluster has such a type. */
  knows(plural: string): boolean {
    try {
      this.list(plural)
      return true
    } catch (error) {
      if (isRefusal(error, 404)) return false
      throw error
    }
  }

  list(plural: string, namespace?: string): readonly Stored[] {
    const kind = kindOf(plural)
    const path = this.#view.path(this.#path(kind, namespace))
    const { items } = this.#client.ask({ method: 'GET', path }) as { readonly items: readonly Stored[] }
    const own = items.filter((one) => this.#view.has({ ...one, kind: kind.kind }) && isOurs(plural, one))
    return JSON.parse(this.#view.shown(JSON.stringify(own))) as readonly Stored[]
  }

  create(plural: string, given: Stored): Stored {
    const { namespace, name } = given.metadata
    if (plural === 'namespaces') {
      this.ensure(name, given.metadata.labels)
      return this.get(plural, undefined, name)
    }
    if (namespace !== undefined) this.ensure(namespace)
    const kind = kindOf(plural)
    if (plural === 'daemonsets') this.#ensureNodes()
    const { clusterIP: wanted, ...spec } = (given['spec'] ?? {}) as { readonly clusterIP?: string }
    const own = plural === 'services' ? { ...given, spec } : given
    const body = { ...own, apiVersion: apiVersionOf(kind), kind: kind.kind }
    const made = this.#ask('POST', this.#path(kind, namespace), body) as Stored
    if (plural === 'services' && wanted !== undefined) this.#alias(wanted, made)
    // A create takes no status.
    return given['status'] === undefined
      ? made
      : this.replace(plural, { ...made, status: given['status'] }, 'status')
  }

  // It goes as soon as nobody has anything to finish any more: see finish.
  #leave(plural: string, given: Stored): Stored {
    const { deletionTimestamp: _, ...metadata } = given.metadata
    this.replace(plural, { ...given, metadata: { ...metadata, finalizers: [finalizer] } })
    this.#leaving.push(this.#view.path(this.#path(kindOf(plural), metadata.namespace, metadata.name)))
    this.remove(plural, metadata.namespace, metadata.name)
    return this.get(plural, metadata.namespace, metadata.name)
  }

  /** What was to leave may go. */
  finish(): void {
    const type = 'application/merge-patch+json'
    for (const path of this.#leaving)
      this.#client.ask({ method: 'PATCH', path, type, body: { metadata: { finalizers: null } } })
  }

  #alias(wanted: string, { spec }: Stored): void {
    const { clusterIP: given } = spec as { readonly clusterIP?: string }
    if (given !== undefined) this.#view.alias(wanted, given)
  }

  // A cluster without a kubelet has none, and a DaemonSet would have no pods. They stay: others may use them, too.
  #ensureNodes(): void {
    const path = '/api/v1/nodes'
    const { items } = this.#client.ask({ method: 'GET', path }) as { readonly items: readonly object[] }
    for (let n = items.length; n < 3; n += 1) {
      const name = `hotmount-test-node-${n}`
      try {
        this.#client.ask({ method: 'POST', path, body: { metadata: { name } } })
        const type = 'application/merge-patch+json'
        this.#client.ask({ method: 'PATCH', path: `${path}/${name}`, type, body: { spec: { taints: null } } })
      } catch (error) {
        if (!isRefusal(error, 409)) throw error
      }
    }
  }

  replace(plural: string, given: Stored, part: 'object' | 'status' = 'object'): Stored {
    const { namespace, name } = given.metadata
    const kind = kindOf(plural)
    if (given.metadata.deletionTimestamp !== undefined) return this.#leave(plural, given)
    const path = this.#path(kind, namespace, name, ...(part === 'status' ? ['status'] : []))
    const realName = plural === 'namespaces' ? { name: this.#view.real(name) } : {}
    // A Lease is never written without the version that is meant.
    const meant =
      plural === 'leases' && given.metadata.resourceVersion === undefined
        ? { resourceVersion: this.get(plural, namespace, name).metadata.resourceVersion }
        : {}
    const metadata = { ...given.metadata, ...realName, ...meant }
    const { clusterIP: _, ...spec } = (given['spec'] ?? {}) as { readonly clusterIP?: string }
    const own = plural === 'services' ? { ...given, spec } : given
    return this.#ask('PUT', path, {
      ...own,
      metadata,
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
    }) as Stored
  }

  remove(plural: string, namespace: string | undefined, name: string): Stored {
    const path = this.#path(kindOf(plural), namespace, name)
    const before = this.get(plural, namespace, name)
    this.#ask('DELETE', path, { gracePeriodSeconds: 0, propagationPolicy: 'Background' })
    return before
  }

  compact(): void {
    this.onCompact(this.version)
  }
}
