import { spawnSync } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serveStatus } from '@hotmount/adapters/observe'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { directory, mounted } from '../../support/mounted.js'
import { nextReport } from '../../support/next-report.js'
import { recorder } from '../../support/recorder.js'
import { ask, scene, served } from './observing.js'

describe('the endpoints', () => {
  it('answer as Kubernetes, Prometheus, scripts and people ask', async () => {
    const { observed, loop, swap } = await scene(recorder())
    const { address } = await served([observed])
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    await swap({ a: '2' })
    await loop.inSync()
    const [livez, readyz, metrics, status, page] = await Promise.all(
      ['/livez', '/readyz', '/metrics', '/status', '/'].map((path) => ask(address, path)),
    )
    expect([livez, readyz, metrics, status, page].map((said) => said?.status)).toEqual([
      200, 200, 200, 200, 200,
    ])
    expect(livez?.body).toMatch(/^ok {6}mount web: .*\nok {6}reaction recorder: .*\n$/)
    expect(readyz?.body).toMatch(/is applied and verified\n$/)
    expect(metrics?.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(status?.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(page?.headers['content-type']).toBe('text/html; charset=utf-8')
    for (const said of [livez, metrics, status, page])
      expect(said?.headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
      })
  })

  it('say 503 with the reason first, when not ready or not live', async () => {
    const reaction = recorder()
    const { observed, loop, mount, swap } = await scene(reaction)
    const { address } = await served([observed])
    reaction.behave.check = () => Promise.reject(new Error('secret'))
    const told = nextReport(loop)
    await swap({ a: '2' })
    await told
    const ready = await ask(address, '/readyz')
    expect(ready.status).toBe(503)
    expect(ready.body).toMatch(/^NOT OK {2}reaction recorder: rejected for .*: recorder: check of /)
    expect((await ask(address, '/livez')).status).toBe(200)
    const tolerant = await served([observed], { stale: '1h' })
    expect((await ask(tolerant.address, '/readyz')).status).toBe(200)
    await mount.close()
    const live = await ask(address, '/livez')
    expect([live.status, live.body.split('\n')[0]]).toEqual([503, 'NOT OK  mount web: closed'])
  })

  it('answer HEAD without a body, and refuse everything else with the reason', async () => {
    const { observed } = await scene(recorder())
    const { address } = await served([observed])
    const whole = await ask(address, '/livez')
    const head = await ask(address, '/livez', { method: 'HEAD' })
    expect([head.status, head.body, head.headers['content-length']]).toEqual([
      200,
      '',
      whole.headers['content-length'],
    ])
    const post = await ask(address, '/status', { method: 'POST', body: 'x'.repeat(100_000) })
    expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD'])
    expect((await ask(address, '/livez', { body: 'x', headers: { 'content-length': '1' } })).status).toBe(413)
    expect((await ask(address, '/nope')).body).toBe('there are: / /livez /readyz /metrics /status\n')
    expect((await ask(address, '/__proto__')).status).toBe(404)
    expect((await ask(address, `/${'x'.repeat(3000)}`)).status).toBe(414)
    expect((await ask(address, '/', { headers: { 'x-long': 'x'.repeat(20_000) } })).status).toBe(431)
  })
})

it('answers 500 to a fault of its own, and tells nobody what it quotes', async () => {
  const { observed, mount } = await scene(recorder())
  const { address } = await served([observed])
  const warnings: string[] = []
  const onWarning = ({ message }: Error): void => void warnings.push(message)
  process.on('warning', onWarning)
  onTestFinished(() => void process.off('warning', onWarning))
  vi.spyOn(mount, 'health', 'get').mockImplementation(() => {
    throw new RangeError('s3cret')
  })
  expect(await ask(address, '/livez')).toMatchObject({ status: 500, body: 'this is a fault of hotmount\n' })
  await vi.waitFor(() => expect(warnings).toEqual(['the status server failed with RangeError (unknown)']))
})

describe('who may ask', () => {
  it('on loopback, only who calls it by a name of this machine', async () => {
    const { observed } = await scene(recorder())
    const { address } = await served([observed])
    const { port } = new URL(address)
    const as = async (host: string): Promise<number> =>
      (await ask(address, '/livez', { headers: { host } })).status
    expect(await as(`localhost:${port}`)).toBe(200)
    expect(await as('localhost:8080')).toBe(200)
    expect(await as(`rebound.example:${port}`)).toBe(421)
    expect((await ask(address, '/', { headers: { host: 'rebound.example' } })).body).toMatch(
      /answers to localhost only/,
    )
  })
  it('on every address, anybody, as Prometheus asks by the address of the pod', async () => {
    const { observed } = await scene(recorder())
    const { address } = await served([observed], { listen: ':0' })
    const { port } = new URL(address)
    const answer = await ask(`http://127.0.0.1:${port}`, '/metrics', { headers: { host: '10.244.1.7:9533' } })
    expect(answer.status).toBe(200)
  })

  it('with a token, only who shows it, as the file says it now; but for /livez', async () => {
    const { observed } = await scene(recorder())
    const file = join(await directory(), 'token')
    await writeFile(file, 's3cret-one\n')
    const { address } = await served([observed], { bearerFile: file })
    const as = async (authorization: string | undefined, path = '/status'): Promise<number> =>
      (await ask(address, path, { headers: authorization === undefined ? {} : { authorization } })).status
    for (const path of ['/', '/readyz', '/metrics', '/status', '/nope']) {
      expect(await as(undefined, path)).toBe(401)
      expect(await as('Bearer wrong', path)).toBe(401)
    }
    expect(await as(undefined, '/livez')).toBe(200)
    expect(await as('Bearer s3cret-one')).toBe(200)
    expect(await as('bearer s3cret-one')).toBe(200)
    // A browser asks its user.
    expect(await as(`Basic ${Buffer.from('me:s3cret-one').toString('base64')}`)).toBe(200)
    expect(await as(`Basic ${Buffer.from('s3cret-one:no').toString('base64')}`)).toBe(401)
    for (const wrong of [
      '',
      'Bearer',
      'Bearer ',
      'Bearer s3cret-on',
      'Bearer s3cret-one x',
      'Digest s3cret-one',
    ])
      expect(await as(wrong)).toBe(401)
    const refused = await ask(address, '/status')
    expect(refused.headers['www-authenticate']).toMatch(/^Bearer realm="hotmount", Basic /)
    await writeFile(file, 's3cret-two')
    expect([await as('Bearer s3cret-one'), await as('Bearer s3cret-two')]).toEqual([401, 200])
    await writeFile(file, '\n')
    expect([await as('Bearer '), await as('Bearer s3cret-two')]).toEqual([503, 503])
    await rm(file)
    expect([await as('Bearer s3cret-two'), await as(undefined, '/livez')]).toEqual([503, 200])
  })
})

describe('where it listens', () => {
  it('on a socket, also over one that a dead process left behind', async () => {
    const { observed } = await scene(recorder())
    const path = join(await directory(), 'status.sock')
    const first = await served([observed], { listen: `unix:${path}` })
    expect(first.address).toBe(`unix:${path}`)
    expect((await ask(first.address, '/livez')).status).toBe(200)
    await expect(serveStatus([observed], { listen: `unix:${path}` })).rejects.toThrow(/EADDRINUSE/)
    await first.close()
    leaveSocket(path)
    const second = await served([observed], { listen: `unix:${path}` })
    expect((await ask(second.address, '/livez')).status).toBe(200)
  })
  it('nowhere where another listens: it says so', async () => {
    const { observed } = await scene(recorder())
    const { address } = await served([observed])
    const listen = address.replace('http://', '')
    const before = observed.mount.listenerCount('change')
    await expect(serveStatus([observed], { listen })).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: `listen: cannot listen on ${listen} (EADDRINUSE)`,
      hint: expect.stringContaining('choose another port'),
    })
    expect(observed.mount.listenerCount('change')).toBe(before)
  })
  it('refuses bad options', async () => {
    const { mount } = await mounted({ a: '1' })
    const twice = [
      { name: 'a', mount, loops: [] },
      { name: 'a', mount, loops: [] },
    ]
    await expect(serveStatus(twice, { listen: '0' })).rejects.toThrow(/two mounts are called "a"/)
    await expect(serveStatus([], { listen: '0', port: 1 } as { listen: string })).rejects.toThrow(
      /no option port/,
    )
    await expect(serveStatus([], { listen: '0', stale: 'x' as '1s' })).rejects.toThrow(/stale/)
    await expect(serveStatus([], { listen: '0', bearerFile: '/nowhere/token' })).rejects.toThrow(
      /bearerFile: \/nowhere\/token/,
    )
    await expect(
      serveStatus([], { listen: '0', signal: AbortSignal.abort(new Error('over')) }),
    ).rejects.toThrow('over')
  })
})

describe('its end', () => {
  it('comes with its signal, leaves no listener behind, and may be asked for twice', async () => {
    const { observed, mount, loop } = await scene(recorder())
    const before = [mount.listenerCount('change'), mount.listenerCount('error'), loop.listenerCount('report')]
    const stop = new AbortController()
    const server = await serveStatus([observed], { listen: String(await freePort()), signal: stop.signal })
    const { address } = server
    const waiting = ask(address, `/status?wait=${'0'.repeat(64)}`)
    await vi.waitFor(async () => expect((await ask(address, '/livez')).status).toBe(200))
    stop.abort()
    expect(await waiting).toMatchObject({ status: 503, body: 'this server is closing\n' })
    await Promise.all([server.close(), server.close()])
    await expect(ask(address, '/livez')).rejects.toThrow(/ECONNREFUSED/)
    expect([
      mount.listenerCount('change'),
      mount.listenerCount('error'),
      loop.listenerCount('report'),
    ]).toEqual(before)
  })
})

/** A socket in the file system that nobody listens on: what a killed process leaves. */
const leaveSocket = (path: string): void => {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  spawnSync(process.execPath, ['-e', script])
}
