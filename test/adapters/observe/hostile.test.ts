import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { connect, type Socket } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { recorder } from '../../support/recorder.js'
import { ask, scene, served } from './observing.js'

const rude = (address: string, says: string): Socket => {
  const socket = connect(Number(new URL(address).port), '127.0.0.1', () => socket.write(says))
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  return socket
}

const sockets = (number: number, address: string, says: string): readonly Socket[] =>
  Array.from({ length: number }, () => rude(address, says))

const stillOpen = (all: readonly Socket[]): number => all.filter(({ destroyed }) => !destroyed).length

it('keeps answering a probe while a crowd connects and says nothing, or never ends its request', async () => {
  const { observed } = await scene(recorder())
  const { address } = await served([observed])
  const crowd = [
    ...sockets(150, address, ''),
    ...sockets(150, address, 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Slow: '),
  ]
  for (const socket of crowd) socket.resume()
  await vi.waitFor(() => expect(stillOpen(crowd)).toBeLessThanOrEqual(100))
  expect((await ask(address, '/livez')).status).toBe(200)
  // Also those within the limit go, once their time for headers is over.
  await vi.waitFor(() => expect(stillOpen(crowd)).toBe(0), { timeout: 15_000 })
})

it('hangs up on who sends one request after the other without waiting for an answer', async () => {
  const { observed } = await scene(recorder())
  const { address } = await served([observed])
  const one = 'GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n'
  const socket = rude(address, one.repeat(1000))
  socket.resume()
  await once(socket, 'close')
  const waiting = rude(
    address,
    `GET /status?wait=${'0'.repeat(64)} HTTP/1.1\r\nHost: localhost\r\n\r\n${one}`,
  )
  waiting.resume()
  await once(waiting, 'close')
  expect((await ask(address, '/livez')).status).toBe(200)
})

it('reads no body, and closes the connection of who sends one', async () => {
  const { observed } = await scene(recorder())
  const { address } = await served([observed])
  const socket = rude(
    address,
    'GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\nxxx',
  )
  let said = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await once(socket, 'close')
  expect(said).toMatch(/^HTTP\/1\.1 413 /)
})

it('serves one request after the other on a connection that is kept', async () => {
  const { observed } = await scene(recorder())
  const { address } = await served([observed])
  const agent = new Agent({ keepAlive: true, maxSockets: 2 })
  onTestFinished(() => agent.destroy())
  const ports = new Set<number | undefined>()
  const status = (path: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const asking = get(`${address}${path}`, { agent }, (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode))
      })
      asking.on('error', reject).on('response', ({ socket }) => ports.add(socket.localPort))
    })
  for (let round = 0; round < 100; round++) {
    const got = await Promise.all(['/livez', '/metrics', '/status', '/'].map(status))
    expect(got).toEqual([200, 200, 200, 200])
  }
  expect(ports.size).toBe(2)
})
