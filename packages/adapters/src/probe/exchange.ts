import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

/** An answer, with at most the first MiB of its body. */
export interface Response {
  readonly status: number
  readonly body: string
}

/** Settings of {@link exchange}. */
export interface ExchangeOptions {
  readonly method?: 'GET' | 'POST'
  readonly signal: AbortSignal
  /** How long nothing may come, in milliseconds. Default: for ever. */
  readonly idleMs?: number
}

const mostBytes = 1024 * 1024

/**
 * One request without a body, on a connection of its own: a kept one would still lead to an old worker.
 *
 * @throws a system error, or the signal's AbortError
 */
export const exchange = (
  url: URL,
  { method = 'GET', signal, idleMs = 0 }: ExchangeOptions,
): Promise<Response> =>
  new Promise((resolve, reject) => {
    let answered = false
    const send = url.protocol === 'https:' ? requestHttps : requestHttp
    const request = send(
      url,
      { method, agent: false, headers: { connection: 'close' }, signal },
      (response) => {
        answered = true
        const chunks: Buffer[] = []
        let size = 0
        const finish = (): void =>
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString('utf8', 0, mostBytes),
          })
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          size += chunk.length
          if (size < mostBytes) return
          finish()
          response.destroy()
        })
        response.on('end', finish)
        response.on('error', reject)
      },
    )
    request.on('error', reject)
    // Without a listener for it, a 101 ends the request with neither a response nor an error.
    request.on('upgrade', ({ statusCode = 0 }, socket) => {
      socket.destroy()
      resolve({ status: statusCode, body: '' })
    })
    request.on('close', () => {
      // After a response, its own `end` or `error` is still to come.
      if (!answered) reject(Object.assign(new Error('closed without an answer'), { code: 'ECONNRESET' }))
    })
    request.setTimeout(idleMs, () =>
      request.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })),
    )
    request.end()
  })
