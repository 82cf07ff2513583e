import { readCredentials } from '../../http/credentials.js'
import { settingsOf } from '../../http/options.js'
import { type Exchange, exchange } from '../../http/request.js'
import type { Telling } from './options.js'

/** Asks one address. */
export interface Caller {
  /** Method and address, without what must not be printed. */
  readonly shown: string
  /** What of it, and of its token, a server could repeat. */
  readonly secrets: () => readonly string[]
  /** @throws ReactionError when the token or certificates cannot be read; the signal's reason */
  send(signal: AbortSignal): Promise<Exchange>
}

const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(host)

const mostBytes = 64 * 1024

/**
 * A caller of one address, with the credentials of the command line. The certificate of a loopback address is not
 * checked unless there is a CA for it: it is made for the name of a service, and nobody else listens there.
 *
 * @throws UsageError BAD_OPTION
 */
export const callerOf = (method: 'GET' | 'POST', address: string, telling: Telling): Caller => {
  const { timeoutMs, caFile, bearerFile } = telling
  const isSecure = address.startsWith('https:')
  const settings = settingsOf('prometheus-config-reloader', address, {
    method,
    ...(bearerFile !== undefined && { bearerFile }),
    ...(isSecure && caFile !== undefined && { tls: { ca: caFile } }),
  })
  const { target } = settings
  const isTrusted = isSecure && caFile === undefined && isLoopback(target.url.hostname)
  let token = ''
  return {
    shown: `${method} ${target.shown}`,
    secrets: () => [...target.secrets, token].filter((text) => text !== ''),
    send: async (signal) => {
      const { bearer, tls } = await readCredentials(settings)
      token = bearer ?? ''
      const authorization = bearer === undefined ? target.basic : `Bearer ${bearer}`
      const trust = { ...tls, ...(isTrusted && { rejectUnauthorized: false }) }
      return exchange({
        url: target.url,
        method,
        headers: { 'user-agent': 'hotmount', ...(authorization !== undefined && { authorization }) },
        body: Buffer.alloc(0),
        tls: trust,
        timeoutMs,
        mostBytes,
        signal,
      })
    },
  }
}
