import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { freePort } from '../free-port.js'
import { Counts } from './counts.js'
import { Faults } from './faults.js'
import { Refusal } from './refusals.js'
import { type Target, targetOf, wishOf } from './requests.js'

/** Certificates of a server, PEM texts. */
export interface ServerTls {
  readonly cert: string
  readonly key: string
  readonly ca: string
}

/** What comes in, and where the answer goes. */
export interface Exchange {
  readonly target: Target
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Where requests to an API server come in, are counted, and meet with faults on demand. */
export abstract class Door {
  readonly counts = new Counts()
  readonly faults = new Faults()
  readonly tls: ServerTls | undefined
  #server: Server | undefined
  #port = 0

  constructor(tls?: ServerTls) {
    this.tls = tls
  }

  /** Whether somebody may come in at all. @throws Refusal 401 403 */
  protected abstract admit(exchange: Exchange): void
  protected abstract answer(exchange: Exchange): Promise<void>

  get url(): string {
    return `${this.tls ? 'https://localhost' : 'http://127.0.0.1'}:${this.#port}`
  }

  /** Listens, on the port that it had before. */
  async start(): Promise<void> {
    const server = this.tls ? createSecureServer(this.tls) : createServer()
    server.keepAliveTimeout = 60_000
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response).catch((error: unknown) => {
        // What was read of a request that was cut.
        if (!response.headersSent && !response.destroyed) this.#refuse(response, error)
      })
    })
    this.#server = server
    this.#port ||= await freePort()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#port, '127.0.0.1', resolve)
    })
  }

  /** Away, connections and all. `start` brings it back. */
  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (!server) return
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = targetOf(request)
    const wish = wishOf(target)
    this.counts.add(wish.verb, wish.resource)
    this.admit({ target, request, response })
    const fault = this.faults.next(target)
    if (fault === 'hang') return
    if (fault === 'reset') {
      request.socket.destroy()
      return
    }
    if (fault) throw fault
    await this.answer({ target, request, response })
  }

  #refuse(response: ServerResponse, error: unknown): void {
    const refusal =
      error instanceof Refusal ? error : new Refusal(500, 'InternalError', 'a fault of the test itself')
    const { status, retryAfter } = refusal
    if (!(error instanceof Refusal)) console.error(error)
    response
      .writeHead(status, {
        'content-type': 'application/json',
        ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
      })
      .end(JSON.stringify(refusal.body()))
  }
}
