import { watchConfigMap } from '@hotmount/core'
import { pollMs, type Start } from './contender.js'

const starting =
  (options: { readonly polling?: number }): Start =>
  async (path, sink) => {
    const mount = await watchConfigMap(path, options)
    mount.on('change', ({ snapshot }) =>
      sink.delivered((key) => (snapshot.has(key) ? snapshot.text(key) : undefined)),
    )
  }

/** What this is all about, as its README shows it. */
export const events: Start = starting({})
/** And where there are no file events. */
export const polling: Start = starting({ polling: pollMs })
