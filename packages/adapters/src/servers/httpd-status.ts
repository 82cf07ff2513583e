import { exchange } from '../probe/exchange.js'
import { errnoOf } from '../process/errno.js'
import { targetError } from '../process/target-error.js'
import type { Witness } from '../process/witness.js'

// httpd lets connections wait for a second while it reloads.
const idleMs = 3000

/** The number of the config that runs, from the machine-readable page of mod_status. */
export const generationIn = (page: string): number | undefined => {
  const [, digits] = /^ParentServerConfigGeneration: (\d+)\r?$/m.exec(page) ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** httpd's word: the generation of its config, which each reload moves on. */
export const serverStatus =
  (url: URL): Witness =>
  async (_target, signal) => {
    const describe = `GET ${url.origin}${url.pathname}`
    const unusable = (why: string): Error =>
      targetError('APPLY_FAILED', describe, `${describe}: ${why}, so a reload could not be proven`, {
        hint: 'is mod_status loaded, allowed from here, and not behind authentication? Without statusUrl only workers count',
        retryable: true,
      })
    const page = await exchange(url, { signal, idleMs }).catch((error: unknown) => {
      signal.throwIfAborted()
      throw unusable(errnoOf(error))
    })
    const before = generationIn(page.body)
    if (before === undefined) throw unusable(`status ${page.status}, and no generation on the page`)
    return async (later) => {
      const now = await exchange(url, { signal: later, idleMs }).then(
        ({ body }) => generationIn(body),
        () => undefined,
      )
      later.throwIfAborted()
      return now === undefined || now === before
        ? { kind: 'silent' }
        : { kind: 'taken', evidence: `config generation ${before} became ${now}` }
    }
  }
