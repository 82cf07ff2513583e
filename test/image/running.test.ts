import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { describeImage, place, volume } from './support/image.js'

const node = '/usr/local/bin/node'
const { version } = JSON.parse(readFileSync('packages/adapters/package.json', 'utf8')) as { version: string }

/** Tells who it is, and every directory that it can write to. */
const confession = `
  const { readdirSync, readFileSync, writeFileSync } = require('node:fs')
  const own = readFileSync('/proc/self/status', 'utf8')
  const field = (name) => own.match(new RegExp('^' + name + ':\\\\s*(.*)$', 'm'))[1]
  const directories = (at) => [at, ...readdirSync(at, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['proc', 'sys'].includes(entry.name))
    .flatMap((entry) => directories(at + entry.name + '/'))]
  const writable = directories('/').filter((at) => {
    try { writeFileSync(at + 'x', ''); return true } catch { return false }
  })
  console.log(JSON.stringify({
    pid: process.pid, uid: process.getuid(), gid: process.getgid(), user: require('node:os').userInfo().username,
    capabilities: field('CapEff'), noNewPrivileges: field('NoNewPrivs'), writable,
  }))`

/** Memory of a process that was made at run time and may be executed. */
const writableCode = (pid: number): readonly string[] =>
  readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .filter((line) => /^\S+ (?:..x. 0+ 00:00 0|.wx.) *(?!.*\[(?:vdso|vsyscall)\])/.test(line))

describeImage('the image', 'hotmount', (built) => {
  it('starts the command as a user with a number, and keeps nothing of its builder', () => {
    expect(built().config).toMatchObject({
      User: '65532:65532',
      Env: ['PATH=/usr/local/bin:/bin'],
      Entrypoint: ['/usr/local/bin/hotmount'],
      ExposedPorts: { '9533/tcp': {} },
    })
    expect(built().config.Cmd ?? []).toEqual([])
  })
  it('says its version, and what is wrong with a command line', async () => {
    expect(await built().outcome({ args: ['--version'] })).toEqual([0, `${version}\n`])
    expect(await built().outcome({ args: ['no-such-command'] })).toEqual([
      2,
      expect.stringContaining('no-such-command'),
    ])
  })
  it('can be asked by name, as `kubectl exec` does', async () => {
    const mount = await volume({ a: '1' })
    const binds = [{ from: mount.path, to: '/etc/config' }]
    const [code, output] = await built().outcome({ command: ['hotmount', 'inspect', '/etc/config'], binds })
    expect([code, output]).toEqual([0, expect.stringContaining('updates     yes')])
  })
  it('runs as its user on a read-only root, with no capability, and can write nowhere', async () => {
    const [code, output] = await built().outcome({ command: [node, '-e', confession] })
    expect([code, JSON.parse(output)]).toEqual([
      0,
      {
        pid: 1,
        uid: 65532,
        gid: 65532,
        user: 'hotmount',
        capabilities: '0000000000000000',
        noNewPrivileges: '1',
        writable: [],
      },
    ])
  })
  it('finds a name of /etc/hosts where no DNS answers', async () => {
    const hosts = path.join(place(), 'hosts')
    writeFileSync(hosts, '127.0.0.7 pod.example\n')
    const script = `require('node:dns').lookup('pod.example', (error, address) => console.log(error?.code ?? address))`
    const binds = [{ from: hosts, to: '/etc/hosts' }]
    const options = { command: [node, '-e', script], binds, offline: true } as const
    expect(await built().outcome(options)).toEqual([0, '127.0.0.7\n'])
  })
  it('follows a mount as pid 1, without memory that is made and executed, and TERM ends it', async () => {
    const mount = await volume({ 'app.yaml': 'a: 1' })
    const container = await built().start({
      args: ['watch', '--json', '--initial', '/etc/config'],
      binds: [{ from: mount.path, to: '/etc/config' }],
    })
    await container.printed(/"added":\["app.yaml"\]/)
    expect(writableCode(container.pid)).toEqual([])
    const before = container.output.length
    await mount.swap({ 'app.yaml': 'a: 2', 'new.yaml': '' })
    await container.printed(/"added":\["new.yaml"\],"changed":\["app.yaml"\],"removed":\[\]/, before)
    container.kill('TERM')
    expect(await container.exited).toBe(0)
  })
})
