import { type Change, ReactionError, type ReactionContext } from '@hotmount/core'
import { quotable } from '../process/quote.js'
import { inContext, type Where } from '../process/target-error.js'
import { type Credentials, readCredentials, signatureOf } from './credentials.js'
import { failure, refusalOf } from './failure.js'
import type { Settings } from './options.js'
import { type Answer, type Exchange, exchange } from './request.js'
import { pauseMs, retryAfterMs } from './retry.js'
import { answerWithheld, said, wordsOf } from './said.js'

/** One thing to be sent until it is accepted. */
export interface Call {
  readonly where: Where
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
  readonly mostBytes: number
  readonly change: Change
  /** The answers that mean yes. */
  readonly accepts: (status: number) => boolean
  /** What the server has, or gets now, of values in a form that the snapshot does not know. */
  readonly derived: Buffer | undefined
}

/** Of the time that a stage has: less than all of it, so that a failure is told in our words. */
const share = 5 / 6

const headersOf = (
  settings: Settings,
  { headers, body }: Call,
  { bearer, secret }: Credentials,
): Readonly<Record<string, string>> => {
  const authorization = bearer === undefined ? settings.target.basic : `Bearer ${bearer}`
  return {
    'user-agent': 'hotmount',
    ...headers,
    ...settings.headers,
    ...(authorization !== undefined && { authorization }),
    // The signature carries its time, so it is made for each try; the wall clock is what the receiver has, too.
    ...(secret && { 'x-hotmount-signature': signatureOf(secret, body ?? Buffer.alloc(0), Date.now()) }),
    ...(body && { 'content-length': String(body.length) }),
  }
}

/** Sends requests of one adapter, with retries, and keeps away for as long as the server asks to. */
export class Client {
  readonly #settings: Settings
  /** On the clock of the loop. */
  #leaveAloneUntil = 0

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /**
   * Sends until the answer is yes, the tries are used up or the signal aborts.
   *
   * @throws ReactionError APPLY_FAILED, VERIFY_FAILED, TARGET_FORBIDDEN, TIMED_OUT
   */
  send(call: Call, context: ReactionContext): Promise<Answer> {
    return inContext(call.where, () => this.#send(call, context))
  }

  async #send(call: Call, context: ReactionContext): Promise<Answer> {
    const { signal, clock, timeoutMs: stageMs } = context
    const { timeoutMs, bounds } = this.#settings
    this.#mind(call, clock.now())
    const end = clock.now() + share * stageMs
    const mounted = context.latest()
    for (let tries = 1; ; tries++) {
      const credentials = await readCredentials(this.#settings)
      const limitMs = Math.max(1, Math.min(timeoutMs, Math.floor(end - clock.now())))
      const ended = await this.#once(call, credentials, limitMs, signal)
      if (ended.kind === 'answer' && call.accepts(ended.status)) return ended
      const asked = ended.kind === 'answer' ? retryAfterMs(ended.retryAfter, Date.now()) : undefined
      const refusal = refusalOf(ended, asked)
      if (asked !== undefined) this.#leaveAloneUntil = clock.now() + asked
      const standing = { tries, leftMs: end - clock.now(), random: Math.random() }
      const pause = pauseMs(refusal, bounds, standing)
      if (pause !== undefined) await clock.sleep(pause, signal)
      // Nobody should have to wait for the end of our tries with a config that is old already.
      if (pause !== undefined && context.latest() === mounted) continue
      const { where } = call
      const words = await this.#words(ended, call, credentials, context)
      throw failure({ where, shown: this.#shown(call), refusal, tries, timeoutMs: limitMs, said: words })
    }
  }

  async #once(
    call: Call,
    credentials: Credentials,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Exchange> {
    const { method, body, mostBytes } = call
    const headers = headersOf(this.#settings, call, credentials)
    const { url } = this.#settings.target
    return exchange({ url, method, headers, body, tls: credentials.tls, timeoutMs, mostBytes, signal })
  }

  /** Retry-After may be longer than a stage: until then nothing is sent, whatever the loop tries. */
  #mind(call: Call, now: number): void {
    const seconds = Math.ceil((this.#leaveAloneUntil - now) / 1000)
    if (seconds <= 0) return
    throw new ReactionError(
      call.where.stage === 'verify' ? 'VERIFY_FAILED' : 'APPLY_FAILED',
      call.where,
      `${this.#shown(call)} was not sent: the server asked to be left alone for another ${seconds} s`,
      { hint: 'it is tried again with growing pauses', retryable: true },
    )
  }

  #shown({ method }: Call): string {
    return `${method} ${this.#settings.target.shown}`
  }

  async #words(
    ended: Exchange,
    { change, derived }: Call,
    { bearer, secret }: Credentials,
    context: ReactionContext,
  ): Promise<string> {
    if (ended.kind !== 'answer' || ended.body.length === 0) return ''
    const snapshots = await quotable(change.snapshot, context)
    if (!snapshots) return answerWithheld
    const { target } = this.#settings
    const headers = Object.values(this.#settings.headers)
    // A server may repeat a token without the word before it.
    const words = headers.flatMap(wordsOf)
    return said(ended.body, {
      snapshots,
      texts: [bearer ?? '', secret?.toString('utf8') ?? '', ...target.secrets, ...headers, ...words],
      derived: derived?.toString('utf8'),
    })
  }
}
