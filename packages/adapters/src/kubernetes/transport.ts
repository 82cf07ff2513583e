import { Agent, type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as SecureAgent, request as requestHttps } from 'node:https'
import type { Credentials } from './connection.js'

/** One request, ready to be sent. */
export interface Wire {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
  /** A watch takes a connection of its own for minutes; calls share a few. */
  readonly isAlone: boolean
  readonly credentials: Credentials
  readonly signal: AbortSignal
}

// One slow answer must not hold up the rest, and a burst must not open a connection per object. 32 writes at once are the
// most of a controller: while all of them hang in an admission webhook, its Lease must be renewed nevertheless.
const mostSockets = 40
// A connection whose other end is gone without a word is noticed by the system, not only by our silence limit.
const probeMs = 15_000

interface Pools {
  readonly shared: Agent
  readonly alone: Agent
}

const makePools = (url: URL, { tls, agent }: Credentials): Pools => {
  if (agent) return { shared: agent, alone: agent }
  if (url.protocol === 'http:')
    return { shared: new Agent({ keepAlive: true, maxSockets: mostSockets }), alone: new Agent() }
  return {
    shared: new SecureAgent({ ...tls, keepAlive: true, maxSockets: mostSockets }),
    alone: new SecureAgent(tls),
  }
}

const sameTls = (one: Credentials, other: Credentials): boolean =>
  one.agent === other.agent &&
  (['ca', 'cert', 'key'] as const).every((part) => String(one.tls[part]) === String(other.tls[part]))

/** Connections to one API server; new ones when its authority or our certificate is another. */
export class Transport {
  #pools: Pools | undefined
  #made: Credentials | undefined

  #poolsFor(url: URL, credentials: Credentials): Pools {
    if (this.#pools && this.#made && sameTls(this.#made, credentials)) return this.#pools
    this.#retire()
    this.#made = credentials
    this.#pools = makePools(url, credentials)
    return this.#pools
  }

  // Requests under way end as they are; their connections are not used again.
  #retire(): void {
    for (const pool of this.#pools ? [this.#pools.shared, this.#pools.alone] : []) {
      pool.maxFreeSockets = 0
      for (const free of Object.values(pool.freeSockets)) for (const socket of free ?? []) socket.destroy()
    }
  }

  /** Closes what is idle. */
  close(): void {
    this.#retire()
    this.#pools = undefined
  }

  /**
   * Sends, and resolves with the head of the answer. Rejects with what Node says, and with the signal's reason when
   * aborted; then the body fails too.
   */
  open(wire: Wire): Promise<IncomingMessage> {
    const { url, method, headers, body, isAlone, credentials, signal } = wire
    const pools = this.#poolsFor(url, credentials)
    const send = url.protocol === 'https:' ? requestHttps : requestHttp
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => reject(toError(signal.aborted ? signal.reason : error))
      // Node ends a request that waits for a connection only when it gets one.
      if (signal.aborted) {
        fail(signal.reason)
        return
      }
      signal.addEventListener('abort', fail, { once: true })
      let sent: ClientRequest
      try {
        sent = send(url, { method, headers, signal, agent: isAlone ? pools.alone : pools.shared })
      } catch (error) {
        fail(error)
        return
      }
      sent.on('socket', (socket) => socket.setKeepAlive(true, probeMs))
      sent.on('error', (error) => {
        // A kept connection may end at the moment it is used again: nothing was sent then.
        Object.defineProperty(error, 'wasKept', { value: sent.reusedSocket })
        signal.removeEventListener('abort', fail)
        fail(error)
      })
      sent.on('response', (response) => {
        // Unheard, a later abort of the body would end the process.
        response.on('error', () => undefined)
        signal.removeEventListener('abort', fail)
        resolve(response)
      })
      sent.end(body)
    })
  }
}

const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error('failed'))

/** Whether a request failed on a connection that was kept from an earlier one. */
export const failedOnKept = (error: unknown): boolean =>
  error instanceof Error && 'wasKept' in error && error.wasKept === true
