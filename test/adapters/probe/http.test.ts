import { createServer, type RequestListener, type Server } from 'node:http'
import { pipeline } from 'node:stream'
import { httpProbe } from '@hotmount/adapters/probe'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../support/free-port.js'

const never = new AbortController().signal

const listen = async (listener: RequestListener): Promise<{ url: string; server: Server }> => {
  const [server, port] = [createServer(listener), await freePort()]
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${port}`, server }
}
/** Answers with these statuses in turn, the last one for ever. */
const inTurn = (...statuses: readonly number[]): { listener: RequestListener; asked: () => number } => {
  let asked = 0
  const listener: RequestListener = (_request, response) => {
    response.statusCode = statuses[Math.min(asked++, statuses.length - 1)] ?? 500
    response.end('swordfish v2')
  }
  return { listener, asked: () => asked }
}

const endless = function* (): Generator<string> {
  for (;;) yield 'x'.repeat(65_536)
}

describe('httpProbe', () => {
  it('wants three right answers in a row: old workers answer beside new ones', async () => {
    const { listener, asked } = inTurn(503, 200, 200, 503, 200)
    const { url } = await listen(listener)
    await expect(httpProbe(`${url}/healthz`).run(never)).resolves.toBe(`GET ${url}/healthz: status 200`)
    expect(asked()).toBe(7)
  })
  it('takes a new connection each time', async () => {
    const { url, server } = await listen(inTurn(204).listener)
    let connections = 0
    server.on('connection', () => connections++)
    await httpProbe(url).run(never)
    expect(connections).toBe(3)
  })
  it.each<[options: Parameters<typeof httpProbe>[1], evidence: string]>([
    [{ status: 418 }, 'status 418'],
    [{ status: 418, body: 'v2' }, 'status 418, body as expected'],
    [{ status: 418, body: /v\d/g }, 'status 418, body as expected'],
  ])('is content with %j', async (options, evidence) => {
    const { url } = await listen(inTurn(418).listener)
    await expect(httpProbe(url, { ...options, times: 1 }).run(never)).resolves.toBe(
      `GET ${url}/: ${evidence}`,
    )
  })
  it.each<[options: Parameters<typeof httpProbe>[1], why: string]>([
    [{}, 'status 302, not 2xx'],
    [{ status: 200 }, 'status 302, not 200'],
    [{ status: 302, body: 'v3' }, 'status 302, but not the expected body'],
  ])('is not content with %j, and shows neither body nor query', async (options, why) => {
    const { url } = await listen(inTurn(302).listener)
    await expect(
      httpProbe(`${url}/a?token=hunter2`, { ...options, within: 300 }).run(never),
    ).rejects.toMatchObject({
      code: 'VERIFY_FAILED',
      message: `GET ${url}/a did not hold within 300 ms: ${why}`,
      retryable: true,
    })
  })
  it('tells when nothing listens, and when nothing answers', async () => {
    const { url, server } = await listen(() => undefined)
    await expect(httpProbe(url, { within: 300 }).run(never)).rejects.toThrow(
      'within 300 ms: no answer in time',
    )
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await expect(httpProbe(url, { within: 300 }).run(never)).rejects.toThrow('within 300 ms: ECONNREFUSED')
  })
  it.each([
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
    ['another protocol, unasked', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ])('takes an answer that changes to %s for no good one', async (_what, answer) => {
    const { url, server } = await listen(() => undefined)
    server.on('connection', (socket) => socket.write(answer))
    await expect(httpProbe(url, { within: 300 }).run(never)).rejects.toThrow('status 101, not 2xx')
  })
  it('reads no more than the first MiB of an endless body', async () => {
    const { url } = await listen((_request, response) => {
      pipeline(endless, response, () => undefined)
    })
    await expect(httpProbe(url, { body: 'xxx', times: 1 }).run(never)).resolves.toContain('body as expected')
  })
  it('stops when aborted, with the reason', async () => {
    const { url } = await listen(() => undefined)
    const controller = new AbortController()
    const running = httpProbe(url).run(controller.signal)
    const reason = new Error('closing')
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
  })
  it.each(['', 'localhost:80', 'ftp://x/', '/healthz'])('refuses %j', (url) => {
    expect(() => httpProbe(url)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', hint: expect.stringContaining('http://') }),
    )
  })
})
