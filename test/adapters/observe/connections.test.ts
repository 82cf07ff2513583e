import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { Connections } from '../../../packages/adapters/src/observe/connections.js'

it('lets a new one in when all others are at work: the oldest of those goes', async () => {
  const server = createServer()
  const connections = new Connections(server, 2)
  let begun = 0
  server.on('request', ({ socket, url }, response) => {
    connections.begin(socket)
    begun += 1
    if (url === '/probe') response.end('ok')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const open = (path: string): Socket => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    return socket
  }
  const first = open('/waits')
  await expect.poll(() => begun).toBe(1)
  const second = open('/waits')
  await expect.poll(() => begun).toBe(2)
  const gone = once(first.resume(), 'close')
  const probe = open('/probe')
  const [answer] = (await once(probe, 'data')) as [Buffer]
  expect(answer.toString()).toContain('ok')
  await gone
  expect(second.destroyed).toBe(false)
})
