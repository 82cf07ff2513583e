import type { IncomingMessage } from 'node:http'
import { UsageError } from '@hotmount/core'
import { type Answer, text } from './answer.js'
import { admit } from './bearer.js'
import { isOwnHost } from './listen.js'
import { type Exhibits, routes } from './routes.js'

/** Who may ask. */
export interface Door {
  readonly bearerFile: string | undefined
  /** Answer only to names of this machine itself. */
  readonly ownHostOnly: boolean
}

const maxUrl = 2048

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0

/** What is wrong with a request, whatever it asks for. */
const refusal = (request: IncomingMessage, door: Door): Answer | undefined => {
  const { method = '', url = '', headers } = request
  if (url.length > maxUrl) return text(414, `the URL is longer than ${maxUrl} characters`)
  if (door.ownHostOnly && !isOwnHost(headers.host))
    return text(
      421,
      'this server answers to localhost only; to be asked by another name, it must listen on one',
    )
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'only GET and HEAD', { allow: 'GET, HEAD' })
  return hasBody(request) ? text(413, 'no body is taken') : undefined
}

const challenge = ['Bearer realm="hotmount"', 'Basic realm="hotmount", charset="UTF-8"']

const forbidden = async (
  path: string,
  { headers }: IncomingMessage,
  door: Door,
): Promise<Answer | undefined> => {
  // A kubelet has no token to show.
  if (path === '/livez') return undefined
  const admission = await admit(door.bearerFile, headers.authorization)
  if (admission === 'no') return text(401, 'a bearer token is needed', { 'www-authenticate': challenge })
  return admission === 'yes' ? undefined : text(503, 'the token that is to be asked for cannot be read')
}

const targetOf = (url: string): { readonly path: string; readonly query: URLSearchParams } => {
  const at = url.indexOf('?')
  return at < 0
    ? { path: url, query: new URLSearchParams() }
    : { path: url.slice(0, at), query: new URLSearchParams(url.slice(at)) }
}

/** Decides what to say to a request. `signal` aborts when the answer is of no use any more. */
export const answerTo = async (
  request: IncomingMessage,
  exhibits: Exhibits,
  door: Door,
  signal: AbortSignal,
): Promise<Answer> => {
  const { path, query } = targetOf(request.url ?? '/')
  const refused = refusal(request, door) ?? (await forbidden(path, request, door))
  if (refused) return refused
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined
  if (!route) return text(404, `there are: ${Object.keys(routes).join(' ')}`)
  try {
    return await route(exhibits, { query, signal })
  } catch (error) {
    if (error instanceof UsageError) return text(400, `${error.message}\n${error.hint ?? ''}`)
    throw error
  }
}
