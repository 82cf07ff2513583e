import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Reaction, systemClock } from '@hotmount/core'
import { nginx, nginxArgs, type NginxOptions } from '@hotmount/adapters/nginx'
import { httpProbe } from '@hotmount/adapters/probe'
import { pidFile, processMatching, type SignalReceipt } from '@hotmount/adapters/process'
import { expect, it, onTestFinished, vi } from 'vitest'
import { Roster } from '../../../packages/adapters/src/process/roster.js'
import { freePort } from '../../support/free-port.js'
import { describeWith } from '../../support/servers.js'
import { changeOf, contextOf } from '../process/changes.js'
import { answering, ask, startNginx, type TestNginx } from './nginx-process.js'

const change = changeOf({ 'nginx.conf': 'old' }, { 'nginx.conf': 'new', token: 'swordfish' })
const context = contextOf(change)

const reloadOf = ({ argv, supervisor }: TestNginx, options: NginxOptions = {}): Reaction<SignalReceipt> =>
  nginx({ process: supervisor, ...nginxArgs(argv), ...options })
const perform = async (reaction: Reaction<SignalReceipt>): Promise<string | void> => {
  await reaction.check?.(change.snapshot, context)
  return reaction.verify?.(await reaction.apply(change, context), context)
}
const workers = ({ supervisor }: TestNginx): readonly number[] =>
  new Roster().of(supervisor.pid ?? 0).map(({ pid }) => pid)

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

describeWith('nginx', 'nginx', () => {
  it('moves from one port to another', async () => {
    const [a, b] = [await freePort(), await freePort()]
    const server = await startNginx(a, answering(a, 'old'))
    expect(await ask(a)).toBe('old')
    const master = server.supervisor.pid
    server.write(answering(b, 'new'))
    const verify = httpProbe(`http://127.0.0.1:${b}/`, { body: 'new' })
    await expect(perform(reloadOf(server, { verify }))).resolves.toBe(
      `2 new workers; GET http://127.0.0.1:${b}/: status 200, body as expected`,
    )
    expect([await ask(a), await ask(b)]).toEqual(['ECONNREFUSED', 'new'])
    expect(server.supervisor.pid).toBe(master)
  })

  it('is not touched by a config that its check refuses, and the reason is told without values', async () => {
    const port = await freePort()
    const server = await startNginx(port, answering(port, 'old'))
    const before = workers(server)
    server.write(`lissten ${port}; `)
    await expect(perform(reloadOf(server))).rejects.toMatchObject({
      code: 'CHECK_FAILED',
      reaction: 'nginx',
      stage: 'check',
      retryable: false,
      message: expect.stringMatching(
        /exited with code 1: .*\[emerg\].*unknown directive "lissten" in \/.*nginx\.conf:\d+/,
      ),
    })
    server.write('swordfish on;')
    await expect(perform(reloadOf(server))).rejects.toThrow('unknown directive "[redacted]"')
    expect(await ask(port)).toBe('old')
    expect(workers(server)).toEqual(before)
    expect(before).toHaveLength(2)
  })

  it('is told from one that reloaded when a port in use passes the check', async () => {
    const port = await freePort()
    const busy = await listening(createServer())
    const server = await startNginx(port, answering(port, 'old'))
    server.write(answering(busy, 'new'))
    await expect(perform(reloadOf(server, { within: '4s' }))).rejects.toMatchObject({
      code: 'VERIFY_FAILED',
      message: `child ${server.argv[0]} (pid ${server.supervisor.pid}) got the signal, but after 4000 ms it kept its old workers`,
    })
    expect(await ask(port)).toBe('old')
  })

  it('is told from one that reloaded when its workers died and were started again with the old config', async () => {
    const port = await freePort()
    const busy = await listening(createServer())
    const server = await startNginx(port, answering(port, 'old'))
    const before = workers(server)
    server.write(answering(busy, 'new'))
    const done = perform(reloadOf(server, { within: '6500ms' })).catch((error: unknown) => error)
    // It has asked for the port five times and goes on without it, before the signal is sent once more.
    await vi.waitFor(
      () =>
        expect(readFileSync(join(server.directory, 'error.log'), 'utf8')).toContain('still could not bind'),
      5000,
    )
    for (const pid of before) process.kill(pid, 'SIGKILL')
    await expect(done).resolves.toMatchObject({
      code: 'VERIFY_FAILED',
      message: expect.stringMatching(
        /after 6500 ms it has only started 2 workers again in place of old ones that ended$/,
      ),
    })
    expect(await ask(port)).toBe('old')
  })

  it('counts as reloaded while an old worker finishes a slow request', async () => {
    const port = await freePort()
    const pendingAnswers: ServerResponse[] = []
    const slow = await listening(createServer((_request, response) => void pendingAnswers.push(response)))
    const proxy = (text: string): string =>
      `server { listen 127.0.0.1:${port}; location / { return 200 '${text}'; } location /slow { proxy_pass http://127.0.0.1:${slow}; } }`
    const server = await startNginx(port, proxy('old'))
    const pending = fetch(`http://127.0.0.1:${port}/slow`)
    await vi.waitFor(() => expect(pendingAnswers).toHaveLength(1))
    server.write(proxy('new'))
    await expect(perform(reloadOf(server))).resolves.toBe('2 new workers, 1 old still draining')
    expect(await ask(port)).toBe('new')

    server.write(proxy('newer'))
    const sleeps: number[] = []
    const clock = { ...systemClock, sleep: (ms: number) => systemClock.sleep(sleeps.push(ms) && ms) }
    const held = reloadOf(server, { maxDraining: 0 }).apply(change, { ...context, clock })
    // Only the hold pauses for so long: by now it has seen the old worker and not sent the signal.
    await vi.waitFor(() => expect(sleeps.length).toBeGreaterThan(1))
    expect(new Set(sleeps)).toEqual(new Set([100]))
    expect(await ask(port)).toBe('new')
    pendingAnswers[0]?.end('slow')
    await expect(pending.then((response) => response.text())).resolves.toBe('slow')
    await expect(held).resolves.toMatchObject({ crowded: undefined })
    await vi.waitFor(async () => expect(await ask(port)).toBe('newer'))
  })

  it('is tried again later when only a name cannot be resolved', async () => {
    const port = await freePort()
    const server = await startNginx(port, answering(port, 'old'))
    server.write(`server { listen 127.0.0.1:${port}; location / { proxy_pass http://hotmount.invalid; } }`)
    await expect(perform(reloadOf(server))).rejects.toMatchObject({ code: 'CHECK_FAILED', retryable: true })
  })

  it('is found by its title and by its pid file, and a worker is no master', async () => {
    const port = await freePort()
    const server = await startNginx(port, answering(port, 'old'))
    const { pid } = server.supervisor
    const byTitle = processMatching(new RegExp(`^nginx: master process .*${server.directory}`))
    await expect(byTitle.find()).resolves.toMatchObject({ pid })
    await expect(pidFile(join(server.directory, 'nginx.pid')).find()).resolves.toMatchObject({ pid })
    const wrong = join(server.directory, 'wrong.pid')
    writeFileSync(wrong, String(workers(server)[0]))
    await expect(perform(reloadOf(server, { process: pidFile(wrong), within: 500 }))).rejects.toMatchObject({
      code: 'VERIFY_FAILED',
    })
  })

  it('takes another check, or none, and another proof, or none', async () => {
    const port = await freePort()
    const server = await startNginx(port, answering(port, 'old'))
    await expect(perform(reloadOf(server, { check: ['false'] }))).rejects.toMatchObject({
      code: 'CHECK_FAILED',
    })
    expect('check' in reloadOf(server, { check: false })).toBe(false)
    await expect(perform(reloadOf(server, { verify: 'alive' }))).resolves.toContain('still there')
    await expect(perform(reloadOf(server, { verify: false }))).resolves.toBe('signalled, unconfirmed')
  })
})
