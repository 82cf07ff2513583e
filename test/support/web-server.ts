import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A request as a server got it. */
export interface Heard {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}
type Reply = (response: ServerResponse, heard: Heard) => void

/** A real server that writes down what it hears. */
export interface WebServer {
  readonly url: string
  readonly port: number
  readonly heard: Heard[]
  /** Open connections. */
  readonly connections: () => Promise<number>
}

/** Answers with this status, and nothing else unless given. */
export const answer =
  (status: number, body = '', headers: Readonly<Record<string, string>> = {}): Reply =>
  (response) =>
    void response.writeHead(status, headers).end(body)

/** Never answers. */
export const hang: Reply = () => undefined

/** One reply after the other, the last one for ever. On a port of its own unless one is given; gone when the test is. */
export const webServer = async (
  replies: readonly Reply[],
  { port = 0, tls }: { readonly port?: number; readonly tls?: ServerOptions } = {},
): Promise<WebServer> => {
  const heard: Heard[] = []
  const server = tls ? createSecureServer(tls) : createServer()
  server.on('request', (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      const one = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') }
      const reply = replies[Math.min(heard.push(one), replies.length) - 1]
      reply?.(response, one)
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const listening = server.address() as AddressInfo
  return {
    url: `${tls ? 'https://localhost' : 'http://127.0.0.1'}:${listening.port}`,
    port: listening.port,
    heard,
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
      }),
  }
}
