import { type Duration, reload, type ReactionContext, type Report } from '@hotmount/core'
import { webhook, type WebhookOptions } from '@hotmount/adapters/http'
import { fakeClock } from '@hotmount/core/testing'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { mounted } from '../../support/mounted.js'
import { nextReport } from '../../support/next-report.js'
import { answer, hang, webServer } from '../../support/web-server.js'

const secret = 'hunter2-correct-horse'

const hooked = async (url: string, options: WebhookOptions = {}, timeout: Duration = '30s') => {
  const { volume, mount } = await mounted({ a: '1' })
  const hook = webhook(url, { retry: { min: 5, max: 10 }, ...options })
  const loop = reload(mount, hook, { timeout, retry: { min: 20, max: 50 } })
  const told: Report[] = []
  loop.on('report', (report) => told.push(report))
  onTestFinished(() => loop.close())
  const swap = async (a: string) => {
    const report = nextReport(loop)
    await volume.swap({ a })
    return report
  }
  return { loop, told, swap }
}

/** A server that does this once something has come. */
const rawServer = async (onData: (socket: Socket) => void) => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => onData(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets }
}

/** One apply of a webhook outside a loop, on a clock that stands still. */
const alone = async (url: string, options: WebhookOptions) => {
  const { mount } = await mounted({ a: '1' })
  const clock = fakeClock()
  const given = await new Promise<ReactionContext>((resolve) => {
    reload(mount, (_, context) => resolve(context), { initial: true })
  })
  const context = { ...given, clock }
  const hook = webhook(url, options)
  return { clock, apply: async () => hook.apply(context.change, context) }
}

describe('a webhook whose server', () => {
  it('answers 500, 503, nothing, 429 and at last 200, is told until it says yes, with one report for each apply', async () => {
    const later = answer(429, '', { 'retry-after': '0' })
    const { url, heard } = await webServer([answer(500), answer(503), hang, later, answer(200)])
    const { loop, told, swap } = await hooked(url, { timeout: 100 })
    expect(await swap('2')).toMatchObject({ outcome: 'failed', error: { code: 'TIMED_OUT' } })
    expect(await loop.inSync()).toMatchObject({ outcome: 'applied', attempt: 2 })
    expect(told.map(({ outcome }) => outcome)).toEqual(['failed', 'applied'])
    const keys = heard.map(({ headers }) => headers['idempotency-key'])
    expect(new Set(keys.slice(0, 3)).size).toBe(1)
    expect(new Set(keys.slice(3)).size).toBe(1)
    expect(keys[3]).not.toBe(keys[0])
  })
  it('is not there yet, is told when it is', async () => {
    const port = await freePort()
    const { loop, swap } = await hooked(`http://127.0.0.1:${port}/`)
    expect(await swap('2')).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'APPLY_FAILED',
        message: `POST http://127.0.0.1:${port}/ failed (ECONNREFUSED) (try 3)`,
      },
    })
    const { heard } = await webServer([answer(200)], { port })
    expect(await loop.inSync()).toMatchObject({ outcome: 'applied' })
    expect(heard).toHaveLength(1)
  })
  it('hangs in the middle of its answer, is given up in time', async () => {
    const { url } = await webServer([(response) => void response.writeHead(200).write('{')])
    const { swap } = await hooked(url, { timeout: 50, retry: false })
    expect(await swap('2')).toMatchObject({
      error: { code: 'TIMED_OUT', message: `POST ${url}/ gave no answer within 50 ms` },
    })
  })
  it('hangs, is given up before the loop runs out of time, and told so in our words', async () => {
    const { url } = await webServer([hang])
    const { swap } = await hooked(url, {}, '600ms')
    expect(await swap('2')).toMatchObject({
      error: {
        code: 'TIMED_OUT',
        message: expect.stringMatching(/gave no answer within (4\d\d|500) ms$/) as string,
      },
    })
  })
  it('fails while a newer revision comes, is told of that one next', async () => {
    const { url, heard } = await webServer([answer(503), answer(200)])
    const { loop, told, swap } = await hooked(url, { retry: { attempts: 9, min: 200, max: 200 } })
    const first = swap('2')
    await expect.poll(() => heard.length).toBe(1)
    const [, newer] = [await swap('3'), await loop.inSync()]
    expect(await first).toMatchObject({ outcome: 'failed', error: { message: `POST ${url}/ answered 503` } })
    expect(told.map(({ outcome }) => outcome)).toEqual(['failed', 'applied'])
    expect(heard.map(({ headers }) => headers['x-hotmount-digest']).at(-1)).toBe(newer.digest)
    expect(heard).toHaveLength(2)
  })
  it('answers and never reads what it is sent, leaves no connection', async () => {
    const { url, sockets } = await rawServer((socket) => {
      socket.pause()
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
    const { swap } = await hooked(url, { body: () => Buffer.alloc(16 << 20) })
    expect(await swap('2')).toMatchObject({ outcome: 'applied' })
    for (const socket of sockets) socket.resume()
    await expect.poll(() => [...sockets].every(({ closed }) => closed)).toBe(true)
    for (const { bytesRead } of sockets) expect(bytesRead).toBeLessThan(16 << 20)
  })
  it('changes to another protocol, has answered 101', async () => {
    const { url, sockets } = await rawServer(
      (socket) =>
        void socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    )
    const { swap } = await hooked(url, { retry: false })
    expect(await swap('2')).toMatchObject({ error: { message: `POST ${url}/ answered 101` } })
    await expect.poll(() => [...sockets].every(({ closed }) => closed)).toBe(true)
  })
  it('resets the connection, is asked again', async () => {
    const { url, heard } = await webServer([(response) => void response.destroy(), answer(200)])
    const { swap } = await hooked(url)
    expect(await swap('2')).toMatchObject({ outcome: 'applied', attempt: 1 })
    expect(heard).toHaveLength(2)
  })
  it.each([400, 404, 422])(
    'answers %i, is asked once an apply: the same again would be no again',
    async (code) => {
      const { url, heard } = await webServer([answer(code)])
      const { swap } = await hooked(url)
      expect(await swap('2')).toMatchObject({ outcome: 'failed', error: { code: 'APPLY_FAILED' } })
      expect(heard).toHaveLength(1)
    },
  )
  it.each([401, 403])('answers %i, is not allowed to be asked', async (code) => {
    const { url } = await webServer([answer(code)])
    const { swap } = await hooked(url)
    expect(await swap('2')).toMatchObject({ error: { code: 'TARGET_FORBIDDEN' } })
  })
})

describe('Retry-After', () => {
  it('is waited for inside the apply, when it is short', async () => {
    const { url, heard } = await webServer([answer(429, '', { 'retry-after': '7' }), answer(200)])
    const { clock, apply } = await alone(url, { retry: { min: 0, max: 0 } })
    const applied = apply()
    await expect.poll(() => clock.pending).toBeGreaterThan(0)
    await clock.advance(6999)
    expect(heard).toHaveLength(1)
    await clock.advance(1)
    await expect(applied).resolves.toBe(`POST ${url}/ answered 200`)
  })
  it('fails at once when it is long, and nothing is sent until it is over', async () => {
    const { url, heard } = await webServer([answer(503, '', { 'retry-after': '600' }), answer(200)])
    const { clock, apply } = await alone(url, {})
    await expect(apply()).rejects.toMatchObject({
      code: 'APPLY_FAILED',
      retryable: true,
      message: `POST ${url}/ answered 503 and asks to wait for 600 s`,
    })
    await clock.advance(599_000)
    await expect(apply()).rejects.toMatchObject({
      message: `POST ${url}/ was not sent: the server asked to be left alone for another 1 s`,
    })
    expect(heard).toHaveLength(1)
    await clock.advance(1000)
    await expect(apply()).resolves.toBe(`POST ${url}/ answered 200`)
  })
})

describe('what a server says about a failure', () => {
  it('is shown on one line, without values, tokens, headers of ours and control characters', async () => {
    const { url } = await webServer([
      (response, { headers: { authorization, 'x-api-key': key } }) => {
        const text = `bad\u001b[31m  request:\n "${secret}" ${String(authorization)} ${String(key)}`
        response.writeHead(400).end(text)
      },
    ])
    const { swap } = await hooked(url.replace('http://', 'http://u:pass-word-7@'), {
      headers: { 'x-api-key': 'key-of-the-caller' },
    })
    const report = await swap(`password: ${secret}`)
    expect(report).toMatchObject({
      outcome: 'failed',
      error: { message: expect.stringMatching(/: bad (\[31m )?request:/) as string },
    })
    const printed = inspect(report, { depth: 9, showHidden: true }) + JSON.stringify(report)
    const basic = Buffer.from('u:pass-word-7').toString('base64')
    for (const text of [secret, basic, 'pass-word-7', 'key-of-the-caller', '\u001b[31m'])
      expect(printed.includes(text)).toBe(false)
  })
  it('is shown without what the address holds, and without headers of ours, however short', async () => {
    const { url } = await webServer([
      (response, { path, headers: { authorization = '', 'x-key': key, 'x-auth': auth = '' } }) => {
        const login = authorization.slice('Basic '.length)
        const pair = Buffer.from(login, 'base64').toString()
        const token = String(auth).slice('Token '.length)
        response.writeHead(404).end(`no ${path}; login ${pair}, ${login}; key ${String(key)}, ${token}`)
      },
    ])
    const address = `${url.replace('http://', 'http://bo:hunter2-pass@')}/in/T024BE7LD9QQQQQQQ/x?token=s3cr3t`
    const { swap } = await hooked(address, { headers: { 'x-key': 'k7', 'x-auth': 'Token mine-and-yours' } })
    const hidden = '[redacted]'
    expect(await swap('2')).toMatchObject({
      error: {
        message:
          `POST ${url}/in/…/x answered 404: no /in/${hidden}/x?${hidden}; ` +
          `login ${hidden}:${hidden}, ${hidden}; key ${hidden}, ${hidden}`,
      },
    })
  })
  it('is cut, however much it says', async () => {
    const { url } = await webServer([answer(400, 'word '.repeat(100_000))])
    const { swap } = await hooked(url)
    const report = await swap('2')
    const [message, beginning] = [`POST ${url}/ answered 400: `, 'word word word']
    expect(report).toMatchObject({
      error: { message: expect.stringContaining(message + beginning) as string },
    })
    expect(report.outcome === 'failed' && report.error.message.length).toBe(message.length + 300)
  })
  it('does not show again what `body` made of values', async () => {
    const hidden = Buffer.from(secret).toString('base64url')
    const { url } = await webServer([answer(422, `cannot read ${hidden}`)])
    const { swap } = await hooked(url, {
      body: ({ snapshot }) => ({ token: Buffer.from(snapshot.text('a')).toString('base64url') }),
    })
    const report = await swap(secret)
    expect(report).toMatchObject({ error: { message: `POST ${url}/ answered 422: cannot read [redacted]` } })
  })
})
