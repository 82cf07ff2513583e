import type { KubeObject } from './objects.js'
import type {
  DeleteOptions,
  ListQuery,
  Page,
  Patch,
  WatchEvent,
  WatchQuery,
  WriteOptions,
} from './queries.js'
import type { Ref, Resource } from './resources.js'

/**
 * One API server, as much of it as is needed here. Every call may be aborted, ends within its time, waits as the
 * server asks it to (429, Retry-After), reads a rotated token anew, and fails with an `ApiError` that names the RBAC
 * rule that is missing.
 *
 * @example
 * const client = await kubeClient()
 * const { metadata } = await client.get(resources.deployments, { name: 'shop' })
 */
export interface KubeClient extends AsyncDisposable {
  /** 'https://10.96.0.1:443'. */
  readonly server: string
  /** Of objects that are named without one. */
  readonly namespace: string
  /** One object. @throws ApiError TARGET_NOT_FOUND TARGET_FORBIDDEN … */
  get<T extends KubeObject>(resource: Resource<T>, ref: Ref, signal?: AbortSignal): Promise<T>
  /** One page; `pages` gives them all. */
  list<T extends KubeObject>(resource: Resource<T>, query?: ListQuery): Promise<Page<T>>
  /** Creates it. @throws ApiError with status 409 and reason AlreadyExists */
  create<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>
  /** Replaces it; with the `resourceVersion` it was read with, only if nobody wrote in between (409). */
  update<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>
  /** Changes parts of it. A `metadata.resourceVersion` in the body makes it fail with 409 after another write. */
  patch<T extends KubeObject>(
    resource: Resource<T>,
    ref: Ref,
    patch: Patch,
    options?: WriteOptions,
  ): Promise<T>
  /** Deletes it. @throws ApiError TARGET_NOT_FOUND */
  delete<T extends KubeObject>(resource: Resource<T>, ref: Ref, options?: DeleteOptions): Promise<void>
  /**
   * The events of one watch, until the server ends it, the connection is cut or the signal aborts; `follow` goes on
   * after that. Ends quietly when the server does.
   *
   * @throws ApiError with status 410 when the version is no longer kept
   */
  watch<T extends KubeObject>(resource: Resource<T>, query: WatchQuery): AsyncIterable<WatchEvent<T>>
  /** Closes idle connections, and ends calls that have no answer yet: they fail with UsageError CLOSED. */
  close(): Promise<void>
}
