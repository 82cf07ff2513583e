import type { KubeObject } from './objects.js'

/** Which objects. */
export interface Selection {
  /** Undefined: the client's own. `'*'`: all of them, for which a ClusterRole is needed. */
  readonly namespace?: string | undefined
  /** 'app=shop,tier!=db'. */
  readonly labelSelector?: string | undefined
  /** 'metadata.name=shop'. */
  readonly fieldSelector?: string | undefined
}

/** A list. */
export interface ListQuery extends Selection {
  /** Objects per answer, at most: of large ones there come fewer, and `continue`. */
  readonly limit?: number | undefined
  /** Where the answer before ended. */
  readonly continue?: string | undefined
  readonly resourceVersion?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** One answer to a list. */
export interface Page<T extends KubeObject> {
  readonly items: readonly T[]
  /** What a watch goes on from. */
  readonly resourceVersion: string
  /** Undefined: that was all. */
  readonly continue: string | undefined
}

/** A watch. */
export interface WatchQuery extends Selection {
  /** Go on from here. */
  readonly resourceVersion: string
  /** The server ends it after this long. Default 5 minutes. */
  readonly timeoutSeconds?: number | undefined
  readonly signal: AbortSignal
  /** The server has said yes. */
  readonly onOpen?: (() => void) | undefined
}

/** One line of a watch. A bookmark only says how far it has come. */
export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }

/**
 * How an object is changed.
 * - `merge`: what is given replaces what is there, `null` removes; lists as a whole
 * - `strategic`: like merge, but the lists of the built-in types are merged by their keys
 * - `json`: RFC 6902
 * - `apply`: server-side apply; it owns what it names, and what it leaves out later is removed
 */
export type Patch =
  | { readonly type: 'merge' | 'strategic' | 'apply'; readonly body: object }
  | { readonly type: 'json'; readonly body: readonly object[] }

/** Settings of a write. */
export interface WriteOptions {
  /** Whom the API server notes down as the owner of what is written. Default `hotmount`. */
  readonly fieldManager?: string | undefined
  /** With `apply`: take fields over that somebody else owns. */
  readonly force?: boolean | undefined
  /** Ask whether it would be accepted, and write nothing. */
  readonly dryRun?: boolean | undefined
  readonly subresource?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Settings of a delete. */
export interface DeleteOptions {
  /** Only this very object, and not another of the same name. */
  readonly uid?: string | undefined
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined
  readonly signal?: AbortSignal | undefined
}
