import type { ServerResponse } from 'node:http'
import { apiVersionOf, type Kind, type Stored } from './kinds.js'
import type { Refusal } from './refusals.js'

/** Where a watch looks, and whom it tells. */
export interface Watching {
  readonly kind: Kind
  readonly namespace: string | undefined
  readonly query: URLSearchParams
  readonly response: ServerResponse
}

/** The watches that are open, and what can be done to them. */
export class OpenWatches {
  readonly #version: () => string
  readonly #open = new Set<Watching>()

  /** `version`: how far the server is. */
  constructor(version: () => string) {
    this.#version = version
  }

  get size(): number {
    return this.#open.size
  }

  /** From now on until it ends, or until something is done to it. */
  add(watching: Watching): void {
    this.#open.add(watching)
    watching.response.once('close', () => this.#open.delete(watching))
  }

  has(watching: Watching): boolean {
    return this.#open.has(watching)
  }

  all(): readonly Watching[] {
    return [...this.#open]
  }

  /** Tells every watch how far the server is. */
  bookmark(): void {
    for (const { kind, query, response } of this.#open) {
      if (query.get('allowWatchBookmarks') !== 'true') continue
      const metadata = { resourceVersion: this.#version() }
      const object = { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata }
      response.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`)
    }
  }

  /** Every watch that is open; nothing more is said in it. */
  #take(): readonly ServerResponse[] {
    const responses = [...this.#open].map(({ response }) => response)
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
