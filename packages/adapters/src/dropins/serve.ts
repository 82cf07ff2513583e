import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { UsageError } from '@hotmount/core'
import { Connections } from '../observe/connections.js'
import { errnoOf } from '../process/errno.js'
import { type Address, showAddress } from './address.js'

/** What is answered to one request. */
export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** What a server shows. */
export interface Site {
  /** Pages by path. */
  readonly pages: Readonly<Record<string, () => Answer | Promise<Answer>>>
  /** What is shown where no page has that path. Default: 404. */
  readonly elsewhere?: () => Answer
  readonly tls?: ServerOptions | undefined
  /** Headers of each answer, as they are now. */
  readonly headers?: (() => Readonly<Record<string, string>>) | undefined
  /** Whether somebody may see it. Default: everybody. */
  readonly admits?: ((request: IncomingMessage) => Promise<boolean>) | undefined
}

/** A server that listens. */
export interface Listening {
  readonly server: Server
  /** `:9533`, with the port that was given by the system for port 0. */
  readonly shown: string
  close(): Promise<void>
}

const text = (status: number, body: string): Answer => ({ status, type: 'text/plain; charset=utf-8', body })

const answerTo = async (request: IncomingMessage, site: Site): Promise<Answer> => {
  if (site.admits && !(await site.admits(request))) return text(401, 'Unauthorized\n')
  if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'only GET\n')
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
  const page = Object.hasOwn(site.pages, path) ? site.pages[path] : site.elsewhere
  return page ? page() : text(404, 'not found\n')
}

const respond = async (request: IncomingMessage, response: ServerResponse, site: Site): Promise<void> => {
  // What it fails of may quote anything, so it is not told.
  const answer = await answerTo(request, site).catch(() => text(500, 'internal error\n'))
  response.writeHead(answer.status, {
    ...site.headers?.(),
    'content-type': answer.type,
    'content-length': Buffer.byteLength(answer.body),
    'cache-control': 'no-store',
    ...(answer.status === 401 && { 'www-authenticate': 'Basic' }),
  })
  response.end(request.method === 'HEAD' ? undefined : answer.body)
}

/** Nobody needs more, and an idle connection costs memory. */
const limits = {
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16_384,
}
const mostConnections = 64
/** Of connections that are not through with TLS; then they are refused. */
const mostBeginning = 512

const unable = (address: Address, error: unknown): UsageError =>
  new UsageError('BAD_OPTION', `cannot listen on ${showAddress(address)} (${errnoOf(error)})`, {
    hint: 'is another container of the pod listening there? Give another address, or a free port',
  })

/**
 * Serves pages until it is closed. Only GET and HEAD, no bodies.
 *
 * @throws UsageError BAD_OPTION: `cannot listen on :9533 (EADDRINUSE)`
 */
export const serve = async (address: Address, site: Site): Promise<Listening> => {
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request
    if (!connections.begin(socket)) {
      socket.destroy()
      return
    }
    response.once('close', () => connections.end(socket))
    request.resume()
    void respond(request, response, site)
  }
  const server = site.tls
    ? createSecureServer({ ...limits, handshakeTimeout: limits.headersTimeout, ...site.tls }, onRequest)
    : createServer(limits, onRequest)
  server.maxConnections = mostBeginning
  const connections = new Connections(server, mostConnections, site.tls ? 'secureConnection' : 'connection')
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(unable(address, error)))
    server.listen(address.port, address.host, resolve)
  })
  server.on('error', () => undefined)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only a pipe has another kind of address
  const { port } = server.address() as AddressInfo
  return {
    server,
    shown: showAddress({ ...address, port }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
