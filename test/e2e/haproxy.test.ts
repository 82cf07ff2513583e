import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { haproxy } from '@hotmount/adapters/haproxy'
import { expect, it, onTestFinished } from 'vitest'
import { changeOf, contextOf } from '../adapters/process/changes.js'
import { describeWith, installed } from '../support/servers.js'
import { losesNothing, survivesItsDeath, takesAndRefuses } from './scenario.js'
import { survivesAStorm } from './storm.js'
import { type Place, start, type Subject } from './subject.js'

const config = (port: number, text: string, more = ''): string => `
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
frontend f
  bind 127.0.0.1:${port}
  ${more}
  http-request return status 200 content-type text/plain string ${text}
`
const socketOf = ({ work }: Place): string => join(work, 'master.sock')

const bySocket: Subject = {
  good: (version, { port }) => ({ 'haproxy.cfg': config(port, version) }),
  broken: ({ port }) => ({ 'haproxy.cfg': config(port, 'x', 'lissten') }),
  command: (place) => [
    installed('haproxy') ?? 'haproxy',
    '-W',
    '-db',
    '-q',
    '-S',
    socketOf(place),
    '-f',
    join(place.mount, 'haproxy.cfg'),
  ],
  reaction: (place, process) =>
    haproxy({ process, command: bySocket.command(place), socket: socketOf(place) }),
}
const byEnviron: Subject = {
  ...bySocket,
  reaction: (place, process) => haproxy({ process, command: bySocket.command(place) }),
}

/** A port that somebody listens on who does not share it. */
const listening = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

describeWith('haproxy', 'haproxy', () => {
  takesAndRefuses(bySocket, {
    evidence: /^reload \d+ succeeded; 1 new worker/,
    refusal: /\[ALERT\].* unknown keyword '\[redacted\]' in 'frontend' section/,
  })
  survivesItsDeath(bySocket, /got the signal, but it has exited$/)
  losesNothing(byEnviron)
  survivesAStorm(bySocket, { swaps: 100, durationMs: 5000, workers: 1, maxDraining: 4 })

  it('tells that a reload was refused although the check was passed, by its socket and by its environment', async () => {
    const busy = await listening()
    const refuseAndTake = async (subject: Subject): Promise<void> => {
      const server = await start(subject)
      for (const again of [1, 2]) {
        const report = await server.swap({ 'haproxy.cfg': config(busy, `other${again}`) })
        expect(report).toMatchObject({
          outcome: 'failed',
          error: { code: 'VERIFY_FAILED', message: expect.stringContaining('but it refused the config') },
        })
        // While it tries to bind the busy port, haproxy 2.6 refuses connections for 2 s: docs/07-servers.md
        await expect.poll(() => server.answer(), { timeout: 10_000 }).toBe('v1')
      }
      const report = await server.swap(subject.good('v2', server.place))
      expect(report).toMatchObject({ outcome: 'applied', evidence: expect.stringContaining('succeeded') })
      expect(await server.answer()).toBe('v2')
    }
    await Promise.all([refuseAndTake(bySocket), refuseAndTake(byEnviron)])
  }, 60_000)

  it('counts an old worker with a slow client as draining', async () => {
    const server = await start(bySocket)
    const client = connect(server.place.port, '127.0.0.1')
    onTestFinished(() => void client.destroy())
    await new Promise((resolve) => client.write('GET / HTTP/1.1\r\n', resolve))
    // It is the worker's once a later connection has been answered.
    await server.answer()
    const report = await server.swap(bySocket.good('v2', server.place))
    expect(report).toMatchObject({
      outcome: 'applied',
      evidence: expect.stringMatching(/1 old still draining$/),
    })
    expect(await server.answer()).toBe('v2')
  })

  it('is not signalled when its socket cannot be asked', async () => {
    const server = await start(byEnviron)
    const change = changeOf({ a: '1' }, { a: '2' })
    const blind = haproxy({ process: server.supervisor, socket: join(server.place.work, 'none') })
    await expect(blind.apply(change, contextOf(change))).rejects.toMatchObject({
      code: 'APPLY_FAILED',
      message: expect.stringMatching(/^the master socket \S+none cannot be asked \(ENOENT\)$/),
    })
  })

  it('is not signalled without -W', async () => {
    const server = await start({
      ...byEnviron,
      command: ({ mount }) => [installed('haproxy') ?? '', '-db', '-q', '-f', join(mount, 'haproxy.cfg')],
    })
    const report = await server.swap(byEnviron.good('v2', server.place))
    expect(report).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'APPLY_FAILED',
        message: expect.stringMatching(/^SIGUSR2 was not sent: .* ignores it$/),
      },
    })
    expect(await server.answer()).toBe('v1')
  })
})
