import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Access } from './access.js'
import { Answers } from './answers.js'
import { Counts } from './counts.js'
import { Faults } from './faults.js'
import { Refusal } from './refusals.js'
import { bodyOf, targetOf, wishOf } from './requests.js'
import { Store } from './store.js'
import { Watches } from './watches.js'

/** Certificates of a server, PEM texts. */
export interface ServerTls {
  readonly cert: string
  readonly key: string
  readonly ca: string
}

/** Speaks the API server's HTTP: objects in memory, real connections, faults on demand. */
export class ApiServer {
  readonly store = new Store()
  readonly access = new Access()
  readonly counts = new Counts()
  readonly faults = new Faults()
  readonly watches = new Watches(this.store)
  readonly answers = new Answers(this.store)
  readonly tls: ServerTls | undefined
  #server: Server | undefined
  #port = 0

  constructor(tls?: ServerTls) {
    this.tls = tls
  }

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
        if (!response.headersSent) this.#refuse(response, error)
      })
    })
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#port, '127.0.0.1', resolve)
    })
    this.#port = (server.address() as AddressInfo).port
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
    this.access.check(request.headers.authorization, wish)
    const fault = this.faults.next(target)
    if (fault === 'hang') return
    if (fault === 'reset') {
      request.socket.destroy()
      return
    }
    if (fault) throw fault
    if (target.verb === 'watch') {
      this.watches.start({ ...target, response })
      return
    }
    const { status, body } = this.answers.answer(
      target,
      request.headers['content-type'] ?? '',
      await bodyOf(request),
    )
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

  #refuse(response: ServerResponse, error: unknown): void {
    const refusal =
      error instanceof Refusal ? error : new Refusal(500, 'InternalError', 'a fault of the double')
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
