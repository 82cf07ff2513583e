import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent, request as requestHttps } from 'node:https'
import { Door, type Exchange, type ServerTls } from '../api-server/door.js'
import { OpenWatches } from '../api-server/open-watches.js'
import { expired, Refusal } from '../api-server/refusals.js'
import { bodyOf } from '../api-server/requests.js'
import type { Upstream } from './upstream.js'
import type { View } from './view.js'

const textOf = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** Stands before a real API server: counts, shows a {@link View} of it, and makes the faults that the server itself never does. */
export class Front extends Door {
  readonly watches: OpenWatches
  readonly refused = new Set<string>()
  /** Watches from before this version are too old, and places in lists from before it are not known. */
  compacted = 0
  /** Where lists go on that have been begun, and whether that is still known. */
  readonly #places = new Map<string, boolean>()
  readonly #upstream: Upstream
  readonly #view: View
  readonly #agent: Agent

  constructor(upstream: Upstream, view: View, version: () => string, tls?: ServerTls) {
    super(tls)
    this.#upstream = upstream
    this.#view = view
    this.#agent = new Agent({ ...upstream.tls, keepAlive: true })
    this.watches = new OpenWatches(version)
  }

  override async stop(): Promise<void> {
    await super.stop()
    for (const sockets of Object.values(this.#agent.freeSockets))
      for (const socket of sockets ?? []) socket.destroy()
  }

  /** The places to go on from are no longer known. */
  expireLists(): void {
    for (const place of this.#places.keys()) this.#places.set(place, place === '')
  }

  protected override admit({ request }: Exchange): void {
    if (this.refused.has(request.headers.authorization ?? ''))
      throw new Refusal(401, 'Unauthorized', 'Unauthorized')
  }

  protected override async answer(exchange: Exchange): Promise<void> {
    const { target, request, response } = exchange
    const { query, verb } = target
    if (this.#places.get(query.get('continue') ?? '') === false) throw expired()
    const body = await bodyOf(request)
    const from = Number(query.get('resourceVersion') ?? '0')
    if (verb === 'watch' && from > 0 && from < this.compacted) {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(`${JSON.stringify({ type: 'ERROR', object: expired().body() })}\n`)
      return
    }
    const answer = await this.#send(exchange, body)
    if (verb === 'watch' && answer.statusCode === 200) {
      this.#watch(exchange, answer)
      return
    }
    const text = this.#view.shown(this.#ownOnly(await textOf(answer)))
    const { 'content-type': type = 'application/json', 'retry-after': after } = answer.headers
    response.writeHead(answer.statusCode ?? 500, {
      'content-type': type,
      ...(after !== undefined && { 'retry-after': after }),
    })
    response.end(text)
  }

  #send({ target, request, response }: Exchange, body: unknown): Promise<IncomingMessage> {
    const { server } = this.#upstream
    const { authorization = '', 'content-type': type = 'application/json' } = request.headers
    const named = this.#view.body(body) as { metadata?: { name?: string } } | undefined
    if (target.kind.plural === 'namespaces' && named?.metadata?.name !== undefined)
      named.metadata.name = this.#view.real(named.metadata.name)
    const text = named && JSON.stringify(named)
    const headers = {
      accept: 'application/json',
      authorization,
      ...(text !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
    }
    const url = new URL(this.#view.path(request.url ?? ''), server)
    const send = server.startsWith('https:') ? requestHttps : requestHttp
    return new Promise((resolve, reject) => {
      const options = {
        method: request.method,
        headers,
        ...(send === requestHttps && { agent: this.#agent }),
      }
      const sent: ClientRequest = send(url, options, resolve)
      sent.once('error', reject)
      response.once('close', () => sent.destroy())
      sent.end(text)
    })
  }

  #ownOnly(text: string): string {
    if (!text.startsWith('{')) return text
    const answer = JSON.parse(text) as {
      readonly kind?: string
      readonly metadata?: { readonly continue?: string }
      readonly items?: readonly object[]
    }
    if (!answer.items) return text
    this.#places.set(answer.metadata?.continue ?? '', true)
    const kind = answer.kind?.replace(/List$/, '')
    return JSON.stringify({
      ...answer,
      items: answer.items.filter((one) => this.#view.has({ ...one, kind })),
    })
  }

  #watch({ target, response }: Exchange, answer: IncomingMessage): void {
    const watching = { ...target, response }
    this.watches.add(watching)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    let rest = ''
    answer.setEncoding('utf8')
    answer.on('error', () => response.destroy())
    answer.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      if (!this.watches.has(watching)) return
      for (const line of lines) {
        const { object } = JSON.parse(line) as { readonly object?: unknown }
        if (this.#view.has(object)) response.write(`${this.#view.shown(line)}\n`)
      }
    })
    answer.on('end', () => {
      if (this.watches.has(watching)) response.end()
    })
  }
}
