import type { IncomingMessage } from 'node:http'
import { Calls, type CallSettings } from './calls.js'
import { errnoOf } from '../process/errno.js'
import type { KubeClient } from './client.js'
import { ApiError } from './api-error.js'
import { type Asked, noAnswer, refusal, tooLarge } from './explain.js'
import { jsonLines } from './json-lines.js'
import type { KubeObject } from './objects.js'
import type {
  DeleteOptions,
  ListQuery,
  Page,
  Patch,
  Selection,
  WatchEvent,
  WatchQuery,
  WriteOptions,
} from './queries.js'
import { apiVersionOf, type Ref, type Resource } from './resources.js'
import { refusedOf } from './status.js'

const patchTypes: Readonly<Record<Patch['type'], string>> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
}

const watchSeconds = 300
// Of several objects. 500 ConfigMaps can be 500 MB, and reading them takes several times that.
const mostOfPage = 8 * 1024 * 1024

const writeQuery = ({ fieldManager = 'hotmount', force, dryRun }: WriteOptions) => ({
  fieldManager,
  force: force === true ? 'true' : undefined,
  dryRun: dryRun === true ? 'All' : undefined,
})

/** The line of a watch as it comes. */
interface Line {
  readonly type?: string
  readonly object?: KubeObject & { readonly code?: number }
}

/** {@link KubeClient} over HTTP. */
export class HttpClient implements KubeClient {
  readonly server: string
  readonly namespace: string
  readonly #calls: Calls
  readonly #source: string

  constructor(settings: CallSettings, namespace?: string) {
    const { connection } = settings
    this.server = connection.server.origin
    this.namespace = namespace ?? connection.namespace
    this.#source = connection.source
    this.#calls = new Calls(settings)
  }

  #in(resource: Resource, { namespace }: Selection | Partial<Ref>): string | undefined {
    return namespace === '*' || resource.isClusterWide === true ? undefined : (namespace ?? this.namespace)
  }

  #one(verb: Asked['verb'], resource: Resource, ref: Ref, subresource?: string): Asked {
    return { verb, resource, namespace: this.#in(resource, ref), name: ref.name, subresource }
  }

  // oxlint-disable typescript/no-unsafe-type-assertion -- what an object looks like is the API server's word
  async get<T extends KubeObject>(resource: Resource<T>, ref: Ref, signal?: AbortSignal): Promise<T> {
    const asked = this.#one('get', resource, ref)
    return (await this.#calls.json({ asked, method: 'GET', query: {}, signal })) as T
  }

  async list<T extends KubeObject>(resource: Resource<T>, query: ListQuery = {}): Promise<Page<T>> {
    for (let { limit = 1 } = query; limit > 1; limit = Math.ceil(limit / 2))
      try {
        return await this.#page(resource, { ...query, limit }, mostOfPage)
      } catch (error) {
        if (!(error instanceof ApiError) || error.reason !== tooLarge) throw error
      }
    return this.#page(resource, query.limit === undefined ? query : { ...query, limit: 1 })
  }

  async #page<T extends KubeObject>(
    resource: Resource<T>,
    query: ListQuery,
    mostBytes?: number,
  ): Promise<Page<T>> {
    const { labelSelector, fieldSelector, limit, resourceVersion, signal } = query
    const list = (await this.#calls.json({
      asked: { verb: 'list', resource, namespace: this.#in(resource, query) },
      method: 'GET',
      query: {
        labelSelector,
        fieldSelector,
        limit: limit === undefined ? undefined : String(limit),
        continue: query.continue,
        resourceVersion,
      },
      signal,
      ...(mostBytes !== undefined && { mostBytes }),
    })) as {
      readonly items?: readonly T[] | null
      readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
    }
    const { resourceVersion: version = '', continue: rest = '' } = list.metadata ?? {}
    return { items: list.items ?? [], resourceVersion: version, continue: rest === '' ? undefined : rest }
  }

  async create<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    options: WriteOptions = {},
  ): Promise<T> {
    const { name, namespace } = object.metadata
    const asked = { verb: 'create', resource, namespace: this.#in(resource, { namespace }) } as const
    const content = { apiVersion: apiVersionOf(resource), kind: resource.kind, ...object }
    const body = { type: 'application/json', content }
    const query = writeQuery(options)
    try {
      return (await this.#calls.json({ asked, method: 'POST', query, body, signal: options.signal })) as T
    } catch (error) {
      throw error instanceof ApiError && error.status === 409 ? this.#exists(asked, name, error) : error
    }
  }

  #exists(asked: Asked, name: string, { status, reason }: ApiError): ApiError {
    return refusal({ ...asked, name }, { status, reason, fields: [] }, this.#source)
  }

  async update<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    options: WriteOptions = {},
  ): Promise<T> {
    const { name, namespace } = object.metadata
    const asked = this.#one('update', resource, { name, namespace }, options.subresource)
    const content = { apiVersion: apiVersionOf(resource), kind: resource.kind, ...object }
    const body = { type: 'application/json', content }
    const query = writeQuery(options)
    return (await this.#calls.json({ asked, method: 'PUT', query, body, signal: options.signal })) as T
  }

  async patch<T extends KubeObject>(
    resource: Resource<T>,
    ref: Ref,
    patch: Patch,
    options: WriteOptions = {},
  ): Promise<T> {
    const asked = this.#one('patch', resource, ref, options.subresource)
    const content =
      patch.type === 'apply'
        ? { apiVersion: apiVersionOf(resource), kind: resource.kind, ...patch.body }
        : patch.body
    const body = { type: patchTypes[patch.type], content }
    const query = writeQuery(options)
    return (await this.#calls.json({ asked, method: 'PATCH', query, body, signal: options.signal })) as T
  }

  async delete<T extends KubeObject>(
    resource: Resource<T>,
    ref: Ref,
    { uid, propagationPolicy, signal }: DeleteOptions = {},
  ): Promise<void> {
    const asked = this.#one('delete', resource, ref)
    const content = { ...(uid !== undefined && { preconditions: { uid } }), propagationPolicy }
    const body = {
      type: 'application/json',
      content: { kind: 'DeleteOptions', apiVersion: 'v1', ...content },
    }
    await this.#calls.json({ asked, method: 'DELETE', query: {}, body, signal })
  }

  async *watch<T extends KubeObject>(
    resource: Resource<T>,
    query: WatchQuery,
  ): AsyncGenerator<WatchEvent<T>> {
    const { labelSelector, fieldSelector, resourceVersion, timeoutSeconds = watchSeconds, signal } = query
    const asked: Asked = { verb: 'watch', resource, namespace: this.#in(resource, query) }
    const response = await this.#calls.stream(
      {
        asked,
        method: 'GET',
        query: {
          watch: 'true',
          allowWatchBookmarks: 'true',
          labelSelector,
          fieldSelector,
          resourceVersion,
          timeoutSeconds: String(timeoutSeconds),
        },
        signal,
      },
      signal,
    )
    query.onOpen?.()
    const lines = jsonLines(response)
    try {
      for (;;) {
        const line = await this.#next(asked, lines, signal)
        if (line === undefined) return
        yield this.#event<T>(asked, response, line)
      }
    } finally {
      response.destroy()
    }
  }

  /** Undefined: the watch has ended, or was cut. Either way the next one goes on from the last whole line. */
  async #next(asked: Asked, lines: AsyncIterator<unknown>, signal: AbortSignal): Promise<Line | undefined> {
    try {
      const { done, value } = await lines.next()
      return done === true ? undefined : (value as Line)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof SyntaxError || errnoOf(error) === tooLarge)
        throw noAnswer(asked, error, new URL(this.server))
      return undefined
    }
  }

  #event<T extends KubeObject>(asked: Asked, { headers }: IncomingMessage, line: Line): WatchEvent<T> {
    const { type, object } = line
    if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') return { type, object: object as T }
    if (type === 'BOOKMARK') return { type, resourceVersion: object?.metadata.resourceVersion ?? '' }
    throw refusal(asked, refusedOf(200, headers, object), this.#source)
  }
  // oxlint-enable typescript/no-unsafe-type-assertion

  close(): Promise<void> {
    this.#calls.close()
    return Promise.resolve()
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
