import {
  InvalidConfigError,
  type Key,
  type Reaction,
  ReactionError,
  type ReactionContext,
  type Snapshot,
} from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import { inContext } from '../process/target-error.js'
import { payloadOf, type Payload, typeOfKey } from './body.js'
import { type Call, Client } from './client.js'
import { saysTheSame } from './equal.js'
import { type HttpOptions, httpOptions, isSuccess, settingsOf } from './options.js'

/** Options of {@link push}. */
export interface PushOptions extends HttpOptions {
  readonly method?: 'POST' | 'PUT'
  /** What is sent instead of the key's bytes: text or bytes as they are, anything else as JSON. */
  readonly transform?: (bytes: Uint8Array) => unknown
  /**
   * true (default): a GET on the same URL must answer with what was sent, the same bytes or the same JSON; a function:
   * it judges the answer (of a server that tells a digest, say); false: the accepting answer is all the proof.
   */
  readonly readBack?: boolean | ((answer: Uint8Array, sent: Uint8Array) => boolean)
  /**
   * Push the last good content again when what comes after fails. Default false: in doubt the new content is pushed
   * again until it works. For a `chain` whose later members may refuse the change.
   */
  readonly rollback?: boolean
}

/** What was sent. */
interface Pushed {
  readonly bytes: Buffer
  readonly status: number
}

/** Of an answer that nobody reads unless it says no. */
const mostBytes = 16 * 1024
/** A server may write it with more blanks. */
const mostReadBack = (sent: Buffer): number => 4 * sent.length + 64 * 1024
const askAgainMs = [100, 300, 900] as const

/**
 * Sends the content of one key to an HTTP address, and reads it back: for servers that take part of their config
 * while they run. Changes of other keys do not concern it. What the server forgets when it restarts is pushed again
 * by a loop that is started with `initial: true`.
 *
 * @throws UsageError BAD_OPTION, BAD_DURATION
 * @example
 * reload(mount, push('backends.json', 'http://127.0.0.1:18080/configuration/backends'), { initial: true })
 */
export const push = (key: Key, url: string | URL, options: PushOptions = {}): Reaction<Pushed> => {
  refuseUnknown('push', options, { ...httpOptions, transform: true, readBack: true, rollback: true })
  const settings = settingsOf('push', url, options)
  const client = new Client(settings)
  const { method, target, accepts } = settings
  const { transform, readBack = true, verify } = options
  const name = `push ${key}`

  const payload = (snapshot: Snapshot): Payload => {
    if (!snapshot.has(key))
      throw new InvalidConfigError(
        'KEY_MISSING',
        { key, revision: snapshot.revision },
        `${key} is not there to be pushed`,
        [],
        {
          hint: `add the key ${key} to the ConfigMap; what the server has stays`,
        },
      )
    const bytes = snapshot.bytes(key)
    const made = payloadOf(transform ? transform(bytes) : bytes)
    return transform ? made : { ...made, type: typeOfKey(key) ?? made.type }
  }
  const call = (
    stage: 'apply' | 'verify',
    { change }: ReactionContext,
    sent: Buffer,
  ): Pick<Call, 'where' | 'change' | 'derived'> => ({
    where: { reaction: name, stage, revision: change.snapshot.revision },
    change,
    // The server may repeat it when it is only asked what it has.
    derived: transform && sent,
  })
  const send = async (snapshot: Snapshot, context: ReactionContext): Promise<Pushed> => {
    const { bytes, type } = payload(snapshot)
    const headers = { 'content-type': type, 'x-hotmount-digest': snapshot.hash(key) }
    const { status } = await client.send(
      { ...call('apply', context, bytes), method, headers, body: bytes, mostBytes, accepts },
      context,
    )
    return { bytes, status }
  }
  const isThere = async (sent: Buffer, context: ReactionContext): Promise<boolean> => {
    const asked = { ...call('verify', context, sent), method: 'GET', headers: {}, body: undefined }
    const limits = { mostBytes: mostReadBack(sent), accepts: isSuccess }
    const { body, isWhole } = await client.send({ ...asked, ...limits }, context)
    return isWhole && (typeof readBack === 'function' ? readBack(body, sent) : saysTheSame(body, sent))
  }
  const proveReadBack = async (sent: Buffer, context: ReactionContext): Promise<void> => {
    for (const ms of [...askAgainMs, undefined]) {
      if (await isThere(sent, context)) return
      if (ms !== undefined) await context.clock.sleep(ms, context.signal)
    }
    const message = `${method} ${target.shown} was accepted, but GET answers with something else`
    throw new ReactionError('VERIFY_FAILED', call('verify', context, sent).where, message, {
      hint: 'does GET show what is loaded? If it tells a digest, give a function as `readBack`; if nothing, false',
      retryable: true,
    })
  }

  return {
    name,
    wants: (change) => change.touches(key),
    check: (snapshot) => void payload(snapshot),
    apply: ({ snapshot }, context) => send(snapshot, context),
    verify: async ({ bytes, status }, context) => {
      if (readBack !== false) await proveReadBack(bytes, context)
      const proof = readBack === false ? `answered ${status}` : 'read back equal'
      const { where } = call('verify', context, bytes)
      const seen = verify && ((await inContext(where, () => verify.run(context.signal))) ?? verify.describe)
      return [`pushed ${bytes.length} bytes, ${proof}`, seen].filter(Boolean).join('; ')
    },
    ...(options.rollback === true && { rollback: send }),
  }
}
