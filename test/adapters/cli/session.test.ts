import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { launch, logged, type Running, temporary, volume } from './support.js'

/** `hotmount` on a file with this config, which is JSON and so YAML too. */
const withFile = async (command: 'run' | 'sidecar', config: object): Promise<Running> => {
  const file = path.join(await temporary(), 'hotmount.json')
  await writeFile(file, JSON.stringify(config))
  return launch([command, '--config', file])
}

const node = process.execPath
const idle = [node, '-e', 'process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000)']

describe('a session of several mounts', () => {
  it('quotes no value of any of them, whichever a reaction is for', async () => {
    const [web, tls] = [await volume({ a: '1' }), await volume({ key: 'hunter2-is-secret' })]
    const running = await withFile('sidecar', {
      mounts: { web: web.path, tls: tls.path },
      reactions: [
        { on: 'web/*', command: 'true', check: `sh -c 'echo unexpected token; cat ${tls.path}/key; exit 1'` },
        { on: 'tls/*', command: 'true' },
      ],
    })
    const rejected = await logged(running, { msg: 'config rejected' })
    expect(rejected['error']).toContain('unexpected token')
    await tls.swap({ key: 'hunter3-is-secret' })
    await logged(running, { msg: 'config changed' })
    const next = await web.swap({ a: '2' })
    await logged(running, { msg: 'config rejected', revision: next })
    expect(running.err()).not.toMatch(/hunter[23]/)
  })

  it('quotes no value that another mount has not told of yet', async () => {
    const [web, tls] = [await volume({ a: '1' }), await volume({ key: 'hunter2-is-secret' })]
    const running = await withFile('sidecar', {
      mounts: { web: web.path, tls: { path: tls.path, settle: '60s' } },
      reactions: [
        { on: 'web/*', command: 'true', check: `sh -c 'echo unexpected token; cat ${tls.path}/key; exit 1'` },
        { on: 'tls/*', command: 'true' },
      ],
    })
    await logged(running, { msg: 'config rejected' })
    await tls.swap({ key: 'hunter3-is-secret' })
    const next = await web.swap({ a: '2' })
    await logged(running, { msg: 'config rejected', revision: next })
    expect(running.err()).not.toMatch(/hunter[23]/)
  })

  it('refuses a mount that could be called like two of them together', async () => {
    const { path: place } = await volume({ a: '1' })
    const running = await withFile('sidecar', {
      mounts: { one: place, two: `${place}/..data`, 'one+two': `${place}/..data/a` },
      reactions: [{ command: 'true' }],
    })
    expect(await running.exited).toBe(2)
    expect(running.err()).toContain('it is no name for a mount')
  })

  it('runs a chain in its order, and only the members that a change concerns', async () => {
    const [web, tls] = [await volume({ a: '1' }), await volume({ key: '1' })]
    const log = path.join(await temporary(), 'log')
    const say = (what: string): string[] => ['sh', '-c', `echo ${what} >> ${log}`]
    const running = await withFile('sidecar', {
      mounts: { web: web.path, tls: tls.path },
      reactions: [
        {
          name: 'all of it',
          initial: false,
          chain: [
            { on: 'tls/*', command: say('tls') },
            { command: say('both'), verify: { command: ['test', '-e', log], within: '5s' } },
            { on: 'web/a', command: say('web') },
          ],
        },
      ],
    })
    await logged(running, { msg: 'watching' })
    await tls.swap({ key: '2' })
    const first = await logged(running, { msg: 'config applied', reaction: 'all of it' })
    expect(first['evidence']).toContain('command test exited with code 0')
    expect(await readFile(log, 'utf8')).toBe('tls\nboth\n')
    await web.swap({ a: '2' })
    await vi.waitFor(async () => expect(await readFile(log, 'utf8')).toBe('tls\nboth\nboth\nweb\n'), 10_000)
  })

  it('ends all that it began when it cannot serve state', async () => {
    const mount = await volume({ a: '1' })
    const running = await withFile('run', {
      mounts: { a: mount.path },
      run: idle,
      reactions: [{ signal: 'HUP' }],
      listen: '203.0.113.1:9533',
    })
    expect(await running.exited).toBe(2)
    expect(await logged(running, { msg: 'command ended' })).toMatchObject({ wanted: true })
  })

  it('takes the environment of its command from one mount of several, and serves state beside it', async () => {
    const [app, other] = [await volume({ 'app.env': 'GREETING=one' }), await volume({ b: '1' })]
    const directory = await temporary()
    const [log, port] = [path.join(directory, 'log'), await freePort()]
    const child =
      `require('fs').appendFileSync(${JSON.stringify(log)}, process.env.GREETING + '\\n');` + idle[2]
    const running = await withFile('run', {
      mounts: { app: app.path, other: other.path },
      run: { command: [node, '-e', child], env: { dotenv: 'app/app.env' }, grace: '5s' },
      reactions: [
        { on: 'app/*', restart: true },
        { on: 'other/*', command: ['touch', path.join(directory, 'touched')] },
      ],
      listen: port,
    })
    await vi.waitFor(async () => expect(await readFile(log, 'utf8')).toBe('one\n'), 5000)
    const revision = await app.swap({ 'app.env': 'GREETING=two' })
    await logged(running, { msg: 'config applied', revision })
    expect(await readFile(log, 'utf8')).toBe('one\ntwo\n')
    expect(existsSync(path.join(directory, 'touched'))).toBe(false)
    const next = await other.swap({ b: '2' })
    await logged(running, { msg: 'config applied', revision: next })
    expect(existsSync(path.join(directory, 'touched'))).toBe(true)
    const status = (await (await fetch(`http://127.0.0.1:${port}/status`)).json()) as object
    expect(status).toMatchObject({ mounts: [{ name: 'app' }, { name: 'other' }] })
    running.child.kill('SIGTERM')
    expect(await running.exited).toBe(0)
  })
})
