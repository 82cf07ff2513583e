import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { errnoOf } from '../process/errno.js'
import type { TlsMaterial } from './credentials.js'

/** One request, ready to be sent. */
export interface Request {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
  readonly tls: TlsMaterial
  /** For all of it, to the last byte of the answer. */
  readonly timeoutMs: number
  /** Of the answer's body; the rest is not read. */
  readonly mostBytes: number
  readonly signal: AbortSignal
}

/** What came back. */
export interface Answer {
  readonly kind: 'answer'
  readonly status: number
  readonly retryAfter: string | undefined
  readonly body: Buffer
  /** Whether `body` is all of it. */
  readonly isWhole: boolean
}

type Body = Pick<Answer, 'body' | 'isWhole'>

/** How one request ended. */
export type Exchange =
  | Answer
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'timeout' }

/**
 * Sends one request on a connection of its own, which is gone when this returns. Redirects are not followed: they
 * would carry token and body to an address that nobody has named. Rejects only with the reason of the signal.
 */
export const exchange = async (request: Request): Promise<Exchange> => {
  const { url, method, headers, body, tls, timeoutMs, mostBytes, signal } = request
  signal.throwIfAborted()
  const ended = await new Promise<Exchange>((resolve) => {
    let timer: NodeJS.Timeout | undefined
    let sent: ClientRequest | undefined
    const settle = (how: Exchange): void => {
      clearTimeout(timer)
      resolve(how)
      // A server may answer and never read the rest of what is sent to it.
      sent?.destroy()
    }
    const failed = (error: unknown): void => settle({ kind: 'error', code: errnoOf(error) })
    const options = { ...tls, method, headers, agent: false, signal }
    const send = url.protocol === 'https:' ? requestHttps : requestHttp
    try {
      sent = send(url, options)
    } catch (error) {
      // A certificate that is none, or a key that does not fit it.
      failed(error)
      return
    }
    timer = setTimeout(() => settle({ kind: 'timeout' }), timeoutMs)
    sent.on('error', failed)
    const answered = ({ statusCode: status = 0, headers: got }: IncomingMessage, rest: Body): void =>
      settle({ kind: 'answer', status, retryAfter: got['retry-after'], ...rest })
    // Nobody asked for another protocol, and such a connection has no end of an answer.
    sent.on('upgrade', (response, socket) => {
      socket.destroy()
      answered(response, { body: Buffer.alloc(0), isWhole: true })
    })
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      let size = 0
      const finish = (isWhole: boolean): void =>
        answered(response, { body: Buffer.concat(chunks).subarray(0, mostBytes), isWhole })
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size > mostBytes) finish(false)
      })
      response.on('end', () => finish(true))
      response.on('error', failed)
    })
    sent.end(body)
  })
  signal.throwIfAborted()
  return ended
}
