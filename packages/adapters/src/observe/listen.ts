import { isIP } from 'node:net'
import { UsageError } from '@hotmount/core'

/** Where to listen. */
export type Place =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly isLoopback: boolean }
  | { readonly kind: 'unix'; readonly path: string }

const bad = (text: string, what: string): UsageError =>
  new UsageError('BAD_OPTION', `listen: ${JSON.stringify(text)} ${what}`, {
    hint: "write '9533' or '127.0.0.1:9533' (only this pod), ':9533' (every address), '[::1]:9533', or 'unix:/run/hotmount.sock'",
  })

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

const portOf = (text: string, digits: string): number => {
  const port = Number(digits)
  if (!/^\d{1,5}$/.test(digits) || port > 65_535) throw bad(text, 'has no port from 0 to 65535')
  return port
}

/** Reads `[HOST]:PORT`, `PORT` (loopback) or `unix:PATH`. @throws UsageError BAD_OPTION */
export const placeOf = (text: string): Place => {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length)
    // What is longer is cut off by the system, without a word.
    if (!path.startsWith('/') || Buffer.byteLength(path) > 107)
      throw bad(text, 'is no absolute path of at most 107 bytes')
    return { kind: 'unix', path }
  }
  if (/^\d+$/.test(text))
    return { kind: 'tcp', host: '127.0.0.1', port: portOf(text, text), isLoopback: true }
  const [, bracketed, plain = '', digits = ''] = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d+)$/.exec(text) ?? []
  const port = portOf(text, digits)
  if (bracketed !== undefined && isIP(bracketed) !== 6) throw bad(text, 'has no IPv6 address in its brackets')
  const host = bracketed ?? plain
  if (host === '') return { kind: 'tcp', host: '', port, isLoopback: false }
  if (isIP(host) === 0 && !/^[a-z\d](?:[a-z\d.-]*[a-z\d])?$/i.test(host))
    throw bad(text, 'has no host to listen on')
  return { kind: 'tcp', host, port, isLoopback: isLoopback(host) }
}

/**
 * Whether a `Host` header may be answered by a server that listens on loopback only: else a page in a browser on this
 * machine could read us under a name of its own that it points at 127.0.0.1.
 */
export const isOwnHost = (header: string | undefined): boolean => {
  const host = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/.exec(header ?? '')
  return host !== null && isLoopback((host[1] ?? host[2] ?? '').toLowerCase())
}
