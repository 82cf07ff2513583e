import { MessageChannel, receiveMessageOnPort, type MessagePort, Worker } from 'node:worker_threads'
import { Refusal } from '../api-server/refusals.js'
import type { Upstream } from './upstream.js'

interface Result {
  readonly status?: number
  readonly text?: string
  readonly error?: string
}

/** One request to a real API server. */
export interface SyncRequest {
  readonly method: string
  readonly path: string
  readonly body?: object
  /** Of the body. */
  readonly type?: string
}

const limitMs = 60_000

/** Asks a real API server and waits for the answer on the spot: a test reads and writes it as it does the double. */
export class SyncClient {
  readonly #flag = new Int32Array(new SharedArrayBuffer(4))
  readonly #port: MessagePort
  readonly #worker: Worker

  constructor({ server, authorization, tls }: Upstream) {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#worker = new Worker(new URL('sync-worker.mjs', import.meta.url), {
      workerData: { flag: this.#flag, port: port2, server, tls, authorization },
      transferList: [port2],
    })
    this.#worker.unref()
    port1.unref()
  }

  /** @throws Refusal as the server says it */
  ask({ method, path, body, type = 'application/json' }: SyncRequest): unknown {
    Atomics.store(this.#flag, 0, 0)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
    this.#worker.postMessage({ method, path, type, body: body && JSON.stringify(body) })
    Atomics.wait(this.#flag, 0, 0, limitMs)
    const result = receiveMessageOnPort(this.#port)?.message as Result | undefined
    if (result?.status === undefined) throw new Error(`${method} ${path}: ${result?.error ?? 'no answer'}`)
    const text = result.text ?? ''
    const answer = (text.startsWith('{') ? JSON.parse(text) : { message: text }) as {
      readonly reason?: string
      readonly message?: string
    }
    if (result.status < 400) return answer
    throw new Refusal(result.status, answer.reason ?? '', `${method} ${path}: ${answer.message ?? ''}`)
  }

  async close(): Promise<void> {
    this.#port.close()
    await this.#worker.terminate()
  }
}
