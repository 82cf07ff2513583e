import type { ServerResponse } from 'node:http'
import { apiVersionOf, type Kind, type Stored } from './kinds.js'
import type { Refusal } from './refusals.js'
import { fieldMatches, labelMatches, type Matches } from './selectors.js'
import type { Entry, Store } from './store.js'

/** Where a watch looks, and whom it tells. */
export interface Watching {
  readonly kind: Kind
  readonly namespace: string | undefined
  readonly query: URLSearchParams
  readonly response: ServerResponse
}

interface Line {
  readonly type: string
  readonly object: object
}

/** What a write is to somebody who sees only some of the objects. */
const lineOf = ({ before, after }: Entry, matches: Matches): Line | undefined => {
  const [was, is] = [before !== undefined && matches(before), after !== undefined && matches(after)]
  if (is && after) return { type: was ? 'MODIFIED' : 'ADDED', object: after }
  if (!was || !before) return undefined
  // One that no longer matches is told as it is now, with the version of this write.
  return { type: 'DELETED', object: after ?? before }
}

/** The watches that are open, and what can be done to them. */
export class Watches {
  readonly #store: Store
  readonly #open = new Set<{ readonly watching: Watching; readonly hear: (entry: Entry) => void }>()

  constructor(store: Store) {
    this.#store = store
    store.onWrite((entry) => {
      for (const { hear } of this.#open) hear(entry)
    })
  }

  get size(): number {
    return this.#open.size
  }

  /** @throws Refusal 410 */
  start(watching: Watching): void {
    const { kind, namespace, query, response } = watching
    const [byLabel, byField] = [
      labelMatches(query.get('labelSelector') ?? ''),
      fieldMatches(query.get('fieldSelector') ?? ''),
    ]
    const matches: Matches = (object) =>
      (namespace === undefined || object.metadata.namespace === namespace) &&
      byLabel(object) &&
      byField(object)
    const from = Number(query.get('resourceVersion') ?? '0')
    // Without a version a watch begins with all there is.
    const missed = from === 0 ? [] : this.#store.since(from)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    const hear = (entry: Entry): void => {
      const line = entry.plural === kind.plural ? lineOf(entry, matches) : undefined
      if (line) this.#say(response, line)
    }
    if (from === 0)
      for (const object of this.#store.list(kind.plural, namespace).filter(matches))
        this.#say(response, { type: 'ADDED', object })
    for (const entry of missed) hear(entry)
    const one = { watching, hear }
    this.#open.add(one)
    const seconds = Number(query.get('timeoutSeconds') ?? '1800')
    const timer = setTimeout(() => response.end(), Math.min(seconds * 1000, 2 ** 31 - 1))
    response.once('close', () => {
      clearTimeout(timer)
      this.#open.delete(one)
    })
  }

  #say(response: ServerResponse, line: Line): void {
    response.write(`${JSON.stringify(line)}\n`)
  }

  /** Tells every watch how far the server is. */
  bookmark(): void {
    for (const { watching } of this.#open) {
      const { kind, query, response } = watching
      if (query.get('allowWatchBookmarks') !== 'true') continue
      const metadata = { resourceVersion: String(this.#store.version) }
      const object = { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata }
      this.#say(response, { type: 'BOOKMARK', object })
    }
  }

  /** Every watch that is open; nothing more is said in it. */
  #take(): readonly ServerResponse[] {
    const responses = [...this.#open].map(({ watching }) => watching.response)
    this.#open.clear()
    return responses
  }

  /** Ends every watch in the usual way. */
  close(): void {
    for (const response of this.#take()) response.end()
  }

  /** Cuts every watch, in the middle of an object when one is given. */
  cut(object?: Stored): void {
    for (const response of this.#take()) {
      const half = object && JSON.stringify({ type: 'MODIFIED', object })
      if (half === undefined) response.socket?.destroy()
      else response.write(half.slice(0, half.length / 2), () => response.socket?.destroy())
    }
  }

  /** Says in every watch that something is wrong, and ends it. */
  fail(refusal: Refusal): void {
    for (const response of this.#take()) {
      response.write(`${JSON.stringify({ type: 'ERROR', object: refusal.body() })}\n`)
      response.end()
    }
  }

  /** Half open: the connections stay, and nothing comes through any more. Watches that begin later speak again. */
  silence(): void {
    this.#take()
  }
}
