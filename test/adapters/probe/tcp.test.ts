import { createServer, type AddressInfo, type ListenOptions } from 'node:net'
import { join } from 'node:path'
import { tcpProbe } from '@hotmount/adapters/probe'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { scratch } from '../process/children.js'

const never = new AbortController().signal

const listen = async (options: ListenOptions): Promise<{ port: number; close: () => Promise<unknown> }> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(options, resolve))
  const close = (): Promise<unknown> => new Promise((resolve) => server.close(resolve))
  onTestFinished(async () => void (await close()))
  return { port: (server.address() as AddressInfo).port, close }
}

describe('tcpProbe', () => {
  it.each(['127.0.0.1:', ':', 'localhost:'])('connects to %sPORT', async (host) => {
    const { port } = await listen({ port: 0, host: '127.0.0.1' })
    await expect(tcpProbe(`${host}${port}`).run(never)).resolves.toBe(`connect to ${host}${port}: connected`)
  })
  it('connects to a socket file', async () => {
    const path = join(scratch(), 'app.sock')
    await listen({ path })
    await expect(tcpProbe(`unix:${path}`).run(never)).resolves.toBe(`connect to unix:${path}: connected`)
  })
  it('waits for a server that is late, and no longer than it was told', async () => {
    const { port, close } = await listen({ port: await freePort(), host: '127.0.0.1' })
    await close()
    await expect(tcpProbe(`:${port}`, { within: 200 }).run(never)).rejects.toMatchObject({
      code: 'VERIFY_FAILED',
      message: `connect to :${port} did not hold within 200 ms: ECONNREFUSED`,
    })
    const late = tcpProbe(`:${port}`).run(never)
    await listen({ port, host: '127.0.0.1' })
    await expect(late).resolves.toContain('connected')
  })
  it('reads an IPv6 address', () => {
    expect(tcpProbe('[::1]:80').describe).toBe('connect to [::1]:80')
  })
  it.each(['', '80', 'localhost', ':0', ':70000', 'a:b', 'unix:relative'])('refuses %j', (address) => {
    expect(() => tcpProbe(address)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  })
})
