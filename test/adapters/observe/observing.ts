import { type IncomingHttpHeaders, request } from 'node:http'
import { type ReactionLike, reload, type Reloader, type ReloadOptions, type Mount } from '@hotmount/core'
import type { Data, SimulatedMount } from '@hotmount/core/testing'
import {
  serveStatus,
  type Observed,
  type ServeOptions,
  type StatusJson,
  type StatusServer,
} from '@hotmount/adapters/observe'
import { onTestFinished } from 'vitest'
import { mounted } from '../../support/mounted.js'

/** What a server said. */
export interface Said {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** How to ask. `host` and the like may be anything: what fetch would not send. */
export interface Question {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}

/** Asks once, on a connection of its own. */
export const ask = (address: string, path: string, question: Question = {}): Promise<Said> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body, signal } = question
    const where = address.startsWith('unix:')
      ? { socketPath: address.slice('unix:'.length) }
      : { hostname: new URL(address).hostname, port: new URL(address).port }
    const sent = request(
      { ...where, path, method, headers, agent: false, ...(signal && { signal }) },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })

/** A server that is gone when the test is. */
export const served = async (
  observed: readonly Observed[],
  options: Partial<ServeOptions> = {},
): Promise<StatusServer> => {
  const server = await serveStatus(observed, { listen: '0', ...options })
  onTestFinished(() => server.close())
  return server
}

/** A mount with one loop, under the name `web`. */
export interface Scene {
  readonly volume: SimulatedMount
  readonly mount: Mount
  readonly loop: Reloader
  readonly observed: Observed
  /** Publishes content; returns once the mount has seen it. */
  readonly swap: (data: Data) => Promise<void>
}

/** Makes a {@link Scene}. */
export const scene = async (
  reaction: ReactionLike,
  options: ReloadOptions = {},
  data: Data = { a: '1' },
): Promise<Scene> => {
  const { volume, mount } = await mounted(data)
  const loop = reload(mount, reaction, options)
  const swap = async (next: Data): Promise<void> => {
    await volume.swap(next)
    await mount.resync()
  }
  return { volume, mount, loop, observed: { name: 'web', mount, loops: [loop] }, swap }
}

/** The status of a server, parsed. */
export const statusIn = ({ body }: Said): StatusJson => JSON.parse(body) as StatusJson
