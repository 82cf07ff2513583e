import type { IncomingMessage } from 'node:http'
import { type Clock, UsageError } from '@hotmount/core'
import { isPassing, pauseMs, type Refusal, type RetryBounds } from '../http/retry.js'
import type { ApiError } from './api-error.js'
import type { Connection, Credentials } from './connection.js'
import { type Asked, noAnswer, outOfTime, refusal, tooLarge } from './explain.js'
import { pathOf } from './resources.js'
import { refusedIn } from './status.js'
import { failedOnKept, Transport } from './transport.js'

/** One request, before it is known how it is sent. */
export interface Call {
  readonly asked: Asked
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly query: Readonly<Record<string, string | undefined>>
  readonly body?: { readonly type: string; readonly content: unknown } | undefined
  readonly signal: AbortSignal | undefined
  /** Of the answer. Default 128 MiB. @see tooLarge */
  readonly mostBytes?: number
}

/** Settings of all calls. */
export interface CallSettings {
  readonly connection: Connection
  readonly clock: Clock
  /** For one call, its tries and pauses included. Milliseconds. */
  readonly timeoutMs: number
  readonly userAgent: string
}

const bounds: RetryBounds = { attempts: 5, minMs: 250, maxMs: 5000 }
const mostOfAll = 128 * 1024 * 1024

const isYes = ({ statusCode = 0 }: IncomingMessage): boolean => statusCode >= 200 && statusCode < 300

const readAll = async (response: IncomingMessage, mostBytes = mostOfAll): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > mostBytes) throw Object.assign(new Error('too large'), { code: tooLarge })
  }
  return Buffer.concat(chunks)
}

const never = new AbortController().signal

/** Sends calls, each until it has an answer that counts. */
export class Calls {
  readonly #settings: CallSettings
  readonly #transport = new Transport()
  /** What ends each call that has no answer yet. */
  readonly #underWay = new Set<AbortController>()

  constructor(settings: CallSettings) {
    this.#settings = settings
  }

  /** An API server that is away would keep the process running for the whole time of a call. */
  close(): void {
    const closed = new UsageError('CLOSED', `the client of ${this.#settings.connection.source} is closed`)
    for (const one of this.#underWay) one.abort(closed)
    this.#transport.close()
  }

  /** The answer's body as JSON. @throws ApiError, or the signal's reason */
  async json(call: Call): Promise<unknown> {
    const { connection, timeoutMs } = this.#settings
    const tooLate = outOfTime(call.asked, timeoutMs, connection.server)
    return this.#limited(call.signal ?? never, timeoutMs, tooLate, async (signal) => {
      const { body } = await this.#answered(call, signal, false)
      return this.#parse(call, body)
    })
  }

  /** The body of an answer that goes on; `headMs` is how long its beginning may take. */
  async stream(call: Call, signal: AbortSignal): Promise<IncomingMessage> {
    const { connection, timeoutMs } = this.#settings
    const tooLate = outOfTime(call.asked, timeoutMs, connection.server)
    const whole = new AbortController()
    const response = await this.#limited(signal, timeoutMs, tooLate, async (limited) => {
      const abort = (): void => whole.abort(limited.reason)
      limited.addEventListener('abort', abort, { once: true })
      try {
        return (await this.#answered(call, whole.signal, true)).response
      } finally {
        limited.removeEventListener('abort', abort)
      }
    })
    const end = (): void => void response.destroy()
    if (signal.aborted) end()
    signal.addEventListener('abort', end, { once: true })
    response.once('close', () => signal.removeEventListener('abort', end))
    return response
  }

  /** Runs work that is aborted when its time is over. The time is that of the clock, so that tests need not wait. */
  async #limited<T>(
    signal: AbortSignal,
    ms: number,
    tooLate: ApiError,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted()
    const done = new AbortController()
    const limit = new AbortController()
    this.#underWay.add(limit)
    this.#settings.clock.sleep(ms, done.signal).then(
      () => limit.abort(tooLate),
      () => undefined,
    )
    try {
      return await work(AbortSignal.any([signal, limit.signal]))
    } finally {
      this.#underWay.delete(limit)
      done.abort()
    }
  }

  /** Tries until the head of an answer is a yes. */
  async #answered(call: Call, signal: AbortSignal, isLong: boolean): Promise<Yes> {
    const { connection, clock, timeoutMs } = this.#settings
    const end = clock.now() + timeoutMs
    for (let tries = 1, renewed = false; ; tries++) {
      const ended = await this.#once(call, signal, isLong)
      if (ended.kind === 'yes') return ended
      // A rotated token is in its file before the old one ends: read it anew, once.
      if (ended.error.status === 401 && !renewed) {
        renewed = true
        connection.forget()
        continue
      }
      const pause =
        isLong || !isSafe(call, ended.refusal)
          ? undefined
          : pauseMs(ended.refusal, bounds, { tries, leftMs: end - clock.now(), random: Math.random() })
      if (pause === undefined) throw ended.error
      await clock.sleep(pause, signal)
    }
  }

  async #once(call: Call, signal: AbortSignal, isLong: boolean): Promise<Ended> {
    const { connection } = this.#settings
    const credentials = await connection.credentials(signal)
    let response: IncomingMessage
    let body: Buffer = Buffer.alloc(0)
    try {
      response = await this.#open(call, credentials, signal, isLong)
      if (!isLong || !isYes(response)) body = await readAll(response, call.mostBytes)
    } catch (error) {
      signal.throwIfAborted()
      const failure = noAnswer(call.asked, error, connection.server)
      return { kind: 'no', error: failure, refusal: { kind: 'error', code: failure.reason } }
    }
    if (isYes(response)) return { kind: 'yes', response, body }
    const { statusCode: status = 0, headers } = response
    const refused = refusedIn(status, headers, body.toString('utf8'))
    return {
      kind: 'no',
      error: refusal(call.asked, refused, connection.source),
      refusal: { kind: 'status', status, retryAfterMs: refused.retryAfterMs },
    }
  }

  async #open(
    call: Call,
    credentials: Credentials,
    signal: AbortSignal,
    isLong: boolean,
  ): Promise<IncomingMessage> {
    const { connection, userAgent } = this.#settings
    const url = new URL(connection.server)
    url.pathname = url.pathname.replace(/\/$/, '') + pathOf(call.asked.resource, call.asked)
    for (const [name, value] of Object.entries(call.query))
      if (value !== undefined) url.searchParams.set(name, value)
    const body = call.body && Buffer.from(JSON.stringify(call.body.content))
    const { authorization } = credentials
    const headers = {
      accept: 'application/json',
      'user-agent': userAgent,
      ...(authorization !== undefined && { authorization }),
      ...(call.body && body && { 'content-type': call.body.type, 'content-length': String(body.length) }),
    }
    // A kept connection may have ended meanwhile, and a create must not be sent twice.
    const isAlone = isLong || call.method === 'POST'
    const wire = { url, method: call.method, headers, body, isAlone, credentials, signal }
    try {
      return await this.#transport.open(wire)
    } catch (error) {
      if (signal.aborted || !failedOnKept(error)) throw error
      return this.#transport.open(wire)
    }
  }

  #parse(call: Call, body: Buffer): unknown {
    try {
      return JSON.parse(body.toString('utf8')) as unknown
    } catch (error) {
      throw noAnswer(call.asked, error, this.#settings.connection.server)
    }
  }
}

interface Yes {
  readonly kind: 'yes'
  readonly response: IncomingMessage
  /** Empty of an answer that goes on. */
  readonly body: Buffer
}
type Ended = Yes | { readonly kind: 'no'; readonly error: ApiError; readonly refusal: Refusal }

// A create that got no answer may have been done, and the second one would make another.
const isSafe = ({ method }: Call, refused: Refusal): boolean => {
  if (!isPassing(refused) || (refused.kind === 'error' && refused.code === tooLarge)) return false
  if (method !== 'POST') return true
  if (refused.kind === 'error') return refused.code === 'ECONNREFUSED'
  return refused.kind === 'status' && refused.status === 429
}
