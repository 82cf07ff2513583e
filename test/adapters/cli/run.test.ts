import { chmod, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { begin, finish, launch, logged, script, temporary, volume } from './support.js'

const secret = 'hunter2-is-secret'
const node = process.execPath

/** A server that tells what it has read, at its start and at each HUP; TERM ends it with 7. */
const reader = (file: string): string => `
import { readFileSync } from 'node:fs'
const read = () => console.log('read', readFileSync(${JSON.stringify(file)}, 'utf8'))
process.on('SIGHUP', read)
process.on('SIGTERM', () => process.exit(7))
process.on('SIGUSR1', () => console.log('usr1'))
read()
setInterval(() => {}, 1000)`

describe('hotmount run', () => {
  it('signals the command after a change, and passes its signals and exit code on', async () => {
    const mount = await volume({ 'app.conf': 'one' })
    const child = await script(reader(path.join(mount.path, 'app.conf')))
    const running = launch(['run', '--mount', mount.path, '--signal', 'HUP', '--', node, child])
    await vi.waitFor(() => expect(running.out()).toBe('read one\n'), 5000)
    const revision = await mount.swap({ 'app.conf': 'two', extra: secret })
    const applied = await logged(running, { msg: 'config applied', revision })
    expect(applied).toMatchObject({ level: 30, outcome: 'applied', attempt: 1 })
    expect(running.out()).toBe('read one\nread two\n')
    expect(await logged(running, { msg: 'config changed' })).toMatchObject({
      mount: mount.path,
      keys: { added: ['extra'], changed: ['app.conf'], removed: [] },
    })
    running.child.kill('SIGUSR1')
    await vi.waitFor(() => expect(running.out()).toContain('usr1'), 5000)
    running.child.kill('SIGTERM')
    expect(await running.exited).toBe(7)
    expect(running.err()).not.toContain('hunter2')
  })

  it.each([
    ['its own', ['-e', 'process.exit(42)'], 42],
    ['128 + n', ['-e', 'process.kill(process.pid, "SIGKILL")'], 137],
  ])('ends with the exit code of the command: %s', async (_, args, code) => {
    const mount = await volume({ a: '1' })
    const running = launch(['run', '--mount', mount.path, '--signal', 'HUP', '--', node, ...args])
    expect(await running.exited).toBe(code)
  })

  it('ends with 127 or 126 when the command cannot be started, and says why', async () => {
    const mount = await volume({ a: '1' })
    const flags = ['run', '--mount', mount.path, '--signal', 'HUP', '--']
    const absent = launch([...flags, 'no-such-program'])
    expect(await absent.exited).toBe(127)
    expect(absent.log()).toContainEqual(
      expect.objectContaining({ msg: 'command cannot be started', command: 'no-such-program', code: 127 }),
    )
    const file = path.join(await temporary(), 'plain.txt')
    await writeFile(file, 'x')
    await chmod(file, 0o644)
    expect(await launch([...flags, file]).exited).toBe(126)
  })

  it('runs a command on a change after its check, with words and no shell', async () => {
    const mount = await volume({ valve: 'open', other: '1' })
    const directory = await temporary()
    const note = path.join(directory, 'note with blank')
    const tell = await script(
      `import { appendFileSync } from 'node:fs'
       appendFileSync(process.argv[2], process.env.HOTMOUNT_CHANGED + ' ' + process.argv[3] + '\\n')`,
    )
    const judge = await script(
      `import { readFileSync } from 'node:fs'
       const value = readFileSync('${mount.path}/valve', 'utf8')
       if (value !== 'open') { console.error('refused: ' + value); process.exit(1) }`,
    )
    const check = ['--check', `${node} ${judge}`]
    const reload = ['--reload-command', `${node} ${tell} '${note}' "$HOME"`]
    const idle = [node, '-e', 'setInterval(() => {}, 1000)']
    const running = launch(['run', '--mount', mount.path, ...check, ...reload, '--', ...idle])
    await logged(running, { msg: 'command started' })
    await mount.swap({ valve: 'open', other: '2' })
    await logged(running, { msg: 'config applied' })
    expect(await readFile(note, 'utf8')).toBe('other $HOME\n')
    await mount.swap({ valve: secret, other: '2' })
    const rejected = await logged(running, { msg: 'config rejected' })
    expect(rejected).toMatchObject({ level: 50, stage: 'check', code: 'CHECK_FAILED' })
    expect(rejected['error']).toContain('refused: [redacted]')
    expect(await readFile(note, 'utf8')).toBe('other $HOME\n')
    expect(running.out() + running.err()).not.toContain('hunter2')
  })

  it('asks --verify-url before a change counts as applied', async () => {
    const mount = await volume({ a: '1' })
    const port = await freePort()
    const flags = ['--signal', 'HUP', '--verify-url', `http://127.0.0.1:${port}/`, '--timeout', '700ms']
    const child = await script(reader(path.join(mount.path, 'a')))
    const running = launch(['run', '--mount', mount.path, ...flags, '--', node, child])
    await logged(running, { msg: 'command started' })
    await mount.swap({ a: '2' })
    expect(await logged(running, { msg: 'config failed' })).toMatchObject({ stage: 'verify' })
    const server = createServer((_, response) => response.end('fine')).listen(port, '127.0.0.1')
    try {
      const { evidence } = await logged(running, { msg: 'config applied' })
      expect(evidence).toBe(`GET http://127.0.0.1:${port}/: status 200`)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  it('watches several mounts as one, and only the keys that are named', async () => {
    const [app, tls] = [await volume({ 'app.conf': '1', noise: '1' }), await volume({ key: '1' })]
    const child = await script(reader(path.join(app.path, 'app.conf')))
    const flags = ['--mount', `app=${app.path}`, '--mount', `tls=${tls.path}`, '--keys', 'app/*.conf,tls/*']
    const running = launch(['run', ...flags, '--signal', 'HUP', '--', node, child])
    await logged(running, { msg: 'command started' })
    await app.swap({ 'app.conf': '1', noise: '2' })
    const revision = await tls.swap({ key: secret })
    expect(revision).toBeDefined()
    await logged(running, { msg: 'config applied' })
    const changes = running.log().filter(({ msg }) => msg === 'config changed')
    expect(changes.map(({ keys }) => keys)).toEqual([{ added: [], changed: ['tls/key'], removed: [] }])
  })

  it('reacts once at the start with --initial, and spares what --cooldown asks for', async () => {
    const mount = await volume({ a: '1' })
    const child = await script(reader(path.join(mount.path, 'a')))
    const flags = ['--signal', 'HUP', '--initial', '--cooldown', '1h']
    const running = launch(['run', '--mount', mount.path, ...flags, '--', node, child])
    const first = await logged(running, { msg: 'config applied' })
    expect(first['revision']).toBe((await mount.published())?.revision)
    expect(running.out()).toBe('read 1\nread 1\n')
    await mount.swap({ a: '2' })
    await logged(running, { msg: 'config changed' })
    running.child.kill('SIGTERM')
    expect(await running.exited).toBe(7)
    expect(running.out()).toBe('read 1\nread 1\n')
  })

  it('starts nothing without the mount, and ends with 3', async () => {
    const running = launch(['run', '--mount', '/nowhere/x', '--restart', '--', node, '-e', 'console.log(1)'])
    expect(await running.exited).toBe(3)
    expect(running.out()).toBe('')
    expect(running.log()).toEqual([expect.objectContaining({ msg: 'hotmount ends', code: 'MOUNT_MISSING' })])
  })

  it('ends with 128 + n when it is interrupted while it waits for the mount', async () => {
    const session = begin(['run', '--mount', '/nowhere/x', '--wait', '1h', '--restart', '--', 'true'])
    session.stop('SIGTERM')
    expect(await session.code).toBe(143)
  })

  it('warns of being pid 1, once, and writes for people on a terminal', async () => {
    const mount = await volume({ a: '1' })
    const { code, err } = await finish(
      ['run', '--mount', mount.path, '--signal', 'HUP', '--', node, '-e', 'process.exit(5)'],
      { pid: 1, tty: true, env: { NO_COLOR: '1', PATH: process.env['PATH'] ?? '' } },
    )
    expect(code).toBe(5)
    expect(err).toMatch(
      /^hotmount 01:02:03 ! hotmount is PID 1 here.*\n +→ put an init .*\nhotmount 01:02:03 ✓ watching \/.*: 1 key at \.\./,
    )
    expect(err).toMatch(/hotmount 01:02:03 ✗ \S+ exited with code 5\n$/)
    expect(err.match(/PID 1/g)).toHaveLength(1)
  })
})
