import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as it was heard. */
export interface Heard {
  readonly method: string
  readonly body: string
}

/** Listens; answers with a status, with a body, or never. */
export const listen = async (
  defer: (end: () => unknown) => void,
  answer: (body: string, method: string) => number | string | undefined,
): Promise<{ readonly url: string; readonly heard: readonly Heard[] }> => {
  const heard: Heard[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '' } = request
      const body = Buffer.concat(chunks).toString('utf8')
      heard.push({ method, body })
      const said = answer(body, method)
      if (typeof said === 'string') response.end(said)
      // A server that quotes what it was sent: it must not get into an error.
      else if (said !== undefined) response.writeHead(said).end(said < 300 ? '' : `no: ${body}`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  defer(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, heard }
}
