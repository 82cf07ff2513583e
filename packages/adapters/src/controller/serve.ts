import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { UsageError } from '@hotmount/core'
import { type Answer, safeHeaders, text } from '../observe/answer.js'
import { bind } from '../observe/bind.js'
import { placeOf } from '../observe/listen.js'
import type { Exposition } from './metrics.js'

/** What is answered. */
export interface Answers {
  /** What is wrong, in lines; none: nothing. */
  readonly live: () => readonly string[]
  readonly ready: () => readonly string[]
  readonly metrics: () => Promise<Exposition>
}

const limits = { maxHeaderSize: 8192, headersTimeout: 5000, requestTimeout: 10_000, keepAliveTimeout: 15_000 }

const verdict = (wrong: readonly string[]): Answer =>
  wrong.length === 0 ? text(200, 'ok') : text(503, wrong.join('\n'))

const metrics = async (answers: Answers): Promise<Answer> => {
  try {
    return { status: 200, ...(await answers.metrics()) }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return text(501, `${error.message}\n${error.hint ?? ''}`)
  }
}

const answerTo = (path: string, answers: Answers): Answer | Promise<Answer> => {
  switch (path) {
    // As Reloader's chart asks for it.
    case '/live':
    case '/livez':
    case '/healthz':
      return verdict(answers.live())
    case '/readyz':
      return verdict(answers.ready())
    case '/metrics':
      return metrics(answers)
    default:
      return text(404, 'there are: /livez /readyz /metrics')
  }
}

const send = (response: ServerResponse, { status, type, body }: Answer, isHead: boolean): void => {
  response.writeHead(status, {
    ...safeHeaders,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
  })
  response.end(isHead ? undefined : body)
}

/** Serves `/livez`, `/readyz` and `/metrics`. Resolves with how to end that. @throws UsageError BAD_OPTION */
export const serve = async (listen: string, answers: Answers): Promise<() => Promise<void>> => {
  const server = createServer(limits, (request, response) => {
    const { method = '', url = '' } = request
    const answer = async (): Promise<Answer> => {
      if (method !== 'GET' && method !== 'HEAD') return text(405, 'only GET and HEAD', { allow: 'GET, HEAD' })
      return answerTo(url.split('?')[0] ?? '', answers)
    }
    answer()
      .catch(() => text(500, 'this is a fault of hotmount'))
      .then((found) => send(response, found, method === 'HEAD'))
      .catch(() => response.destroy())
  })
  server.maxConnections = 100
  await bind(server, placeOf(listen))
  return async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
}
