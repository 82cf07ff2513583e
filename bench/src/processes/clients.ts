import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answers, serve } from '../serve.js'

/** What clients are asked: to wait for an answer, to begin, to stop. */
export type ClientRequest =
  | { readonly ask: 'until'; readonly port: number; readonly body: string; readonly withinMs: number }
  | { readonly ask: 'start' }
  | { readonly ask: 'stop' }

/** What became of all requests. */
export interface Load {
  readonly fast: number
  readonly slow: number
  /** No answer, a status other than 200, or a body that was cut off. */
  readonly failed: number
}

const fastClients = 4
const betweenMs = 20
const slowEveryMs = 150
const load = { fast: 0, slow: 0, failed: 0 }
const stop = new AbortController()
const going: Promise<void>[] = []
let port = 0

/** Asks on a connection of its own; undefined for anything but a whole answer with status 200. */
const ask = async (path: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let body = ''
      response.setEncoding('latin1').on('data', (chunk: string) => (body += chunk))
      response.on('close', () => resolve(response.complete && response.statusCode === 200 ? body : undefined))
    }).on('error', () => resolve(undefined))
  })

const count = async (kind: 'fast' | 'slow', path: string): Promise<void> => {
  const body = await ask(path)
  load[kind] += 1
  if (body === undefined) load.failed += 1
}

const fastClient = async (): Promise<void> => {
  while (!stop.signal.aborted) {
    await count('fast', '/')
    await sleep(betweenMs)
  }
}

const start = (): void => {
  for (let client = 0; client < fastClients; client += 1) going.push(fastClient())
  const timer = setInterval(() => void going.push(count('slow', '/slow')), slowEveryMs)
  stop.signal.addEventListener('abort', () => clearInterval(timer))
}

const until = async (body: string, withinMs: number): Promise<void> => {
  const giveUpAt = performance.now() + withinMs
  while ((await ask('/')) !== body && performance.now() < giveUpAt) await sleep(2)
}

const answers: Answers<ClientRequest> = {
  until: (request) => {
    port = request.port
    return until(request.body, request.withinMs)
  },
  start,
  stop: async () => {
    stop.abort()
    await Promise.all(going)
    return load
  },
}
serve(answers)
