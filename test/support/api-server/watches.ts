import type { ServerResponse } from 'node:http'
import { OpenWatches, type Watching } from './open-watches.js'
import { expired } from './refusals.js'
import { fieldMatches, labelMatches, type Matches } from './selectors.js'
import type { Entry, Store } from './store.js'

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

/** Tells open watches what is written. */
export class Watches extends OpenWatches {
  readonly #store: Store
  readonly #hears = new WeakMap<Watching, (entry: Entry) => void>()

  constructor(store: Store) {
    super(() => String(store.version))
    this.#store = store
    store.onWrite((entry) => {
      for (const watching of this.all()) this.#hears.get(watching)?.(entry)
    })
  }

  start(watching: Watching): void {
    const { kind, namespace, query, response } = watching
    const [byLabel, byField] = [
      labelMatches(query.get('labelSelector') ?? ''),
      fieldMatches(query.get('fieldSelector') ?? '', kind.plural),
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
    if (!missed) {
      // The answer has begun by the time that the real server looks.
      this.#say(response, { type: 'ERROR', object: expired(`too old resource version: ${from}`).body() })
      response.end()
      return
    }
    const hear = (entry: Entry): void => {
      const line = entry.plural === kind.plural ? lineOf(entry, matches) : undefined
      if (line) this.#say(response, line)
    }
    if (from === 0)
      for (const object of this.#store.list(kind.plural, namespace).filter(matches))
        this.#say(response, { type: 'ADDED', object })
    for (const entry of missed) hear(entry)
    this.#hears.set(watching, hear)
    this.add(watching)
    const seconds = Number(query.get('timeoutSeconds') ?? '1800')
    const timer = setTimeout(() => response.end(), Math.min(seconds * 1000, 2 ** 31 - 1))
    response.once('close', () => clearTimeout(timer))
  }

  #say(response: ServerResponse, line: Line): void {
    response.write(`${JSON.stringify(line)}\n`)
  }
}
