import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { describeWith } from '../../support/servers.js'
import { answer, webServer } from '../../support/web-server.js'
import { answering, ask } from '../servers/nginx-process.js'
import { nginxCommand, nginxConfig, nginxSite, startAlone } from './nginx-site.js'
import { quoteWords } from '../../../packages/adapters/src/cli/words.js'
import { finish, launch, logged, script, temporary, volume } from './support.js'

const reader = (file: string, pidFile: string): string => `
import { readFileSync, writeFileSync } from 'node:fs'
process.on('SIGHUP', () => console.log('read', readFileSync(${JSON.stringify(file)}, 'utf8')))
writeFileSync(${JSON.stringify(pidFile)}, process.pid + '\\n')
console.log('started')
setInterval(() => {}, 1000)`

/** A process that is not ours, as its output. */
const alone = async (text: string): Promise<() => string> => {
  const child = spawn(process.execPath, [await script(text)], { stdio: ['ignore', 'pipe', 'ignore'] })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  const exited = new Promise((resolve) => child.once('exit', resolve))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  await vi.waitFor(() => expect(out).toContain('started'), 5000)
  return () => out
}

describe('hotmount sidecar', () => {
  it('waits for its target, brings it what is mounted then, and each change after; TERM ends it with 0', async () => {
    const mount = await volume({ 'app.conf': 'one' })
    const pidFile = path.join(await temporary(), 'app.pid')
    const flags = ['--mount', mount.path, '--signal', 'HUP', '--pid-file', pidFile]
    const running = launch(['sidecar', ...flags])
    const failed = await logged(running, { msg: 'config failed' })
    expect(failed).toMatchObject({ code: 'TARGET_NOT_FOUND', retryInMs: expect.any(Number) })
    const revision = await mount.swap({ 'app.conf': 'two' })
    await logged(running, { msg: 'config changed', revision })

    const out = await alone(reader(path.join(mount.path, 'app.conf'), pidFile))
    await logged(running, { msg: 'config applied', revision })
    expect(out()).toBe('started\nread two\n')
    const next = await mount.swap({ 'app.conf': 'hunter3' })
    await logged(running, { msg: 'config applied', revision: next })
    expect(out()).toBe('started\nread two\nread hunter3\n')

    running.child.kill('SIGTERM')
    expect(await running.exited).toBe(0)
    expect(running.err()).not.toContain('hunter3')
  })

  it('leaves what runs alone at the start with --no-initial', async () => {
    const mount = await volume({ a: '1' })
    const log = path.join(await temporary(), 'log')
    const command = `sh -c 'echo "$HOTMOUNT_CHANGED" >> ${log}'`
    const running = launch(['sidecar', '--mount', mount.path, '--reload-command', command, '--no-initial'])
    await logged(running, { msg: 'watching' })
    const revision = await mount.swap({ a: '2' })
    await logged(running, { msg: 'config applied', revision })
    expect(await readFile(log, 'utf8')).toBe('a\n')
  })

  it('tells an address, and asks another before a change counts; a variable is as good as a flag', async () => {
    const mount = await volume({ a: 'hunter2' })
    const [target, health] = await Promise.all([
      webServer([answer(200)]),
      webServer([answer(503), answer(200)]),
    ])
    const running = launch(['sidecar', '--verify-url', `${health.url}/ready`], {
      ...process.env,
      HOTMOUNT_MOUNT: `web=${mount.path}`,
      HOTMOUNT_WEBHOOK: `${target.url}/hook`,
      HOTMOUNT_VERFY_URL: 'x',
    })
    expect(await logged(running, { msg: 'unknown variable' })).toMatchObject({
      variable: 'HOTMOUNT_VERFY_URL',
      meant: 'HOTMOUNT_VERIFY_URL',
    })
    await logged(running, { msg: 'config applied' })
    expect(target.heard).toHaveLength(1)
    expect(JSON.parse(target.heard[0]?.body ?? '')).toMatchObject({ added: ['a'] })
    expect(health.heard.length).toBeGreaterThanOrEqual(4)
  })

  it('serves state where --listen says, with a token, and nothing by default', async () => {
    const mount = await volume({ a: 'hunter2' })
    const port = await freePort()
    const token = path.join(await temporary(), 'token')
    await writeFile(token, 'let-me-in\n')
    const flags = ['--mount', `web=${mount.path}`, '--reload-command', 'true', '--listen', String(port)]
    const running = launch(['sidecar', ...flags, '--listen-token-file', token, '--ready-stale', '1m'])
    const { address } = await logged(running, { msg: 'serving state' })
    expect(address).toBe(`http://127.0.0.1:${port}`)
    await logged(running, { msg: 'config applied' })
    const status = (path_: string, headers = {}): Promise<Response> =>
      fetch(`${String(address)}${path_}`, { headers })
    expect((await status('/livez')).status).toBe(200)
    expect((await status('/status')).status).toBe(401)
    const told = await status('/status', { authorization: 'Bearer let-me-in' })
    expect(await told.json()).toMatchObject({ ready: { ok: true }, mounts: [{ name: 'web' }] })
    running.child.kill('SIGINT')
    expect(await running.exited).toBe(0)
    expect(running.err()).not.toMatch(/hunter2|let-me-in/)
  })

  it('ends when it cannot listen there, and says so in flags', async () => {
    const mount = await volume({ a: '1' })
    const taken = await webServer([answer(200)])
    const flags = ['--mount', mount.path, '--reload-command', 'true']
    const running = launch(['sidecar', ...flags, '--listen', String(taken.port)])
    expect(await running.exited).toBe(2)
    expect(running.err()).toMatch(/hotmount: listen: .*EADDRINUSE|hotmount: .*cannot listen/)
  })

  it.each<[string, string]>([
    ['--mount /x', 'what is to be done on a change?'],
    ['--signal HUP --process a', '--mount is missing'],
    ['--mount /x --signal HUP', '--signal: whom to signal is not said'],
    ['--mount /x --signal HUP --process a --match b', '--process and --match name two processes'],
    ['--mount /x --webhook http://x/ --process a', '--webhook signals no process'],
    ['--mount /x --webhook ftp://x/', '--webhook: not a URL'],
    ['--mount /x --signal HUP --match (', '--match: it is no pattern'],
    ['--mount /x --server gunicorn', 'how gunicorn is started is not said'],
    ['--mount /x --server gunicorn --no-check', '--no-check: gunicorn ends when'],
    ['--mount /x --restart', '--restart is a flag of hotmount run'],
    ['--mount /x --mont', 'there is no flag --mont; did you mean --mount?'],
    ['--mount /x --signal HUP --process a nginx', 'a sidecar takes no words'],
    ['--mount /x --server nginx --ready-stale 1m', '--ready-stale needs --listen'],
    ['--mount /x --server nginx --listen here', '--listen: it is no address'],
    ['--process a', '--mount is missing'],
  ])('refuses %s', async (flags, message) => {
    const { code, err } = await finish(['sidecar', ...flags.split(' ')])
    expect(code).toBe(2)
    expect(err.split('\n')[0]).toContain(message)
  })
})

describeWith('nginx', 'hotmount sidecar --server nginx', () => {
  it('reloads an nginx that it did not start, after its own check', async () => {
    const site = await nginxSite('old')
    const { mount, work, port } = site
    startAlone(site)
    await vi.waitFor(async () => expect(await ask(port)).toBe('old'), 5000)
    const flags = [
      '--mount',
      mount.path,
      '--server',
      'nginx',
      '--pid-file',
      `${work}/nginx.pid`,
      '--no-initial',
    ]
    const running = launch(['sidecar', ...flags, '--server-command', quoteWords(nginxCommand(site))])
    await logged(running, { msg: 'watching' })

    const broken = await mount.swap({ 'nginx.conf': nginxConfig(work, 'lissten hunter2;') })
    const rejected = await logged(running, { msg: 'config rejected', revision: broken })
    expect(rejected['error']).toContain('unknown directive "lissten"')
    expect(await ask(port)).toBe('old')

    const mended = await mount.swap({ 'nginx.conf': nginxConfig(work, answering(port, 'new')) })
    await logged(running, { msg: 'config applied', revision: mended })
    expect(await ask(port)).toBe('new')
    expect(running.err()).not.toContain('hunter2')
  })
})
