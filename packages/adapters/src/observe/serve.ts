import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { errnoOf } from '../process/errno.js'
import { type Answer, safeHeaders, text } from './answer.js'
import { checkToken } from './bearer.js'
import { bind } from './bind.js'
import { Connections } from './connections.js'
import { OwnMetrics } from './exposition.js'
import { History } from './history.js'
import { checkNames, type Observed } from './observed.js'
import { type ServeOptions, type ServePlan, servePlan } from './options.js'
import { answerTo, type Door } from './request.js'
import type { Exhibits } from './routes.js'
import { Waiters } from './waiters.js'

/** A status server that listens. */
export interface StatusServer extends AsyncDisposable {
  /** Where: `http://127.0.0.1:9533`, or `unix:/run/hotmount.sock`. */
  readonly address: string
  /** Ends it, and whoever still waits. May be called twice. */
  close(): Promise<void>
}

const limits = {
  connections: 100,
  waiters: 50,
  moments: 50,
  /** For one answer to be sent, besides the time that somebody waits for news. */
  answerMs: 15_000,
}

const serverOptions = {
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 15_000,
  connectionsCheckingInterval: 1000,
} as const

class Serving implements StatusServer {
  readonly #server: Server
  readonly #connections: Connections
  readonly #exhibits: Exhibits
  readonly #door: Door
  readonly #asking = new Set<AbortController>()
  readonly #stops: readonly (() => void)[]
  readonly #metrics: OwnMetrics
  #address = ''
  readonly #onAbort = (): void => void this.close()
  #closed: Promise<void> | undefined

  constructor(observed: readonly Observed[], { place, bearerFile, staleMs, signal, clock }: ServePlan) {
    const history = new History(clock, limits.moments)
    const waiters = new Waiters(observed, clock, limits.waiters)
    this.#exhibits = {
      seen: { observed, history, clock, staleMs },
      waiters,
      metrics: () => this.#metrics.text(),
    }
    this.#metrics = new OwnMetrics(observed)
    this.#stops = [
      () => this.#metrics.stop(),
      () => signal?.removeEventListener('abort', this.#onAbort),
      ...observed.flatMap((one) => [history.follow(one), wakeOn(one, waiters)]),
    ]
    this.#door = { bearerFile, ownHostOnly: place.kind === 'tcp' && place.isLoopback }
    this.#server = createServer(serverOptions, (request, response) => void this.#answer(request, response))
    this.#connections = new Connections(this.#server, limits.connections)
  }

  get address(): string {
    return this.#address
  }

  async open(plan: ServePlan): Promise<this> {
    try {
      // What is reported from now on counts, not from the first scrape on. A missing package is told there.
      await this.#metrics.ready()
      await checkToken(plan.bearerFile)
      await bind(this.#server, plan.place)
      this.#server.on('error', warn)
      this.#address = addressOf(this.#server)
      plan.signal?.addEventListener('abort', this.#onAbort, { once: true })
      return this
    } catch (error) {
      for (const stop of this.#stops) stop()
      throw error
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request
    if (!this.#connections.begin(socket)) {
      socket.destroy()
      return
    }
    const asking = new AbortController()
    this.#asking.add(asking)
    response.once('close', () => {
      asking.abort()
      this.#asking.delete(asking)
      this.#connections.end(socket)
    })
    const answer = await answerTo(request, this.#exhibits, this.#door, asking.signal).catch(
      (error: unknown) => {
        warn(error)
        return text(500, 'this is a fault of hotmount')
      },
    )
    if (response.destroyed) return
    send(request, response, answer)
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    for (const stop of this.#stops) stop()
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const asking of this.#asking) asking.abort()
    // Who waits is told in the next turn; then nobody is waited for.
    await new Promise(setImmediate)
    this.#server.closeAllConnections()
    await closed
  }
}

/** Kind and code only: nobody knows what a message quotes. Without a listener, a failed accept would end the process. */
const warn = (error: unknown): void => {
  const name = error instanceof Error ? error.name : typeof error
  process.emitWarning(`the status server failed with ${name} (${errnoOf(error)})`, 'HotmountWarning')
}

const addressOf = (server: Server): string => {
  const at = server.address()
  if (at === null || typeof at === 'string') return `unix:${at}`
  return `http://${at.family === 'IPv6' ? `[${at.address}]` : at.address}:${at.port}`
}

const wakeOn = ({ mount, loops }: Observed, waiters: Waiters): (() => void) => {
  const look = (): void => waiters.look()
  mount.on('change', look)
  for (const loop of loops) loop.on('report', look)
  return () => {
    mount.off('change', look)
    for (const loop of loops) loop.off('report', look)
  }
}

const send = (request: IncomingMessage, response: ServerResponse, answer: Answer): void => {
  const { status, type, body, headers } = answer
  // A reader that takes its time must not hold the answer in memory for ever.
  const giveUp = setTimeout(() => request.socket.destroy(), limits.answerMs)
  response.once('close', () => clearTimeout(giveUp))
  response.writeHead(status, {
    ...safeHeaders,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    // What was not read of a request would be taken for the next one.
    ...(status >= 400 && status !== 404 && status < 500 && { connection: 'close' }),
    ...headers,
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/**
 * Serves `/livez`, `/readyz`, `/metrics`, `/status` and a page for people, and no value of any key.
 *
 * @throws UsageError BAD_OPTION (also when it cannot listen there), BAD_DURATION; the signal's reason when aborted
 * @example
 * const mount = await watchConfigMap('/etc/nginx/conf.d')
 * const loops = [reload(mount, nginx())]
 * const server = await serveStatus([{ name: 'web', mount, loops }], { listen: ':9533', stale: '10m' })
 * console.log(server.address)
 */
export const serveStatus = async (
  observed: readonly Observed[],
  options: ServeOptions,
): Promise<StatusServer> => {
  const plan = servePlan(options)
  checkNames(observed)
  plan.signal?.throwIfAborted()
  const serving = await new Serving(observed, plan).open(plan)
  if (plan.signal?.aborted === true) {
    await serving.close()
    plan.signal.throwIfAborted()
  }
  return serving
}
