import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeWith } from '../../support/servers.js'
import { answer, webServer } from '../../support/web-server.js'
import { answering } from '../servers/nginx-process.js'
import { nginxCommand, nginxConfig, nginxSite } from './nginx-site.js'
import { finish, temporary, volume } from './support.js'

const manifest = async (data: Readonly<Record<string, string>>, name = 'web'): Promise<string> => {
  const file = path.join(await temporary(), `${name}.yaml`)
  await writeFile(file, JSON.stringify({ kind: 'ConfigMap', metadata: { name }, data }))
  return file
}

const hook = 'http://127.0.0.1:9/hook'

describe('hotmount check', () => {
  it('says of a candidate what would change and which reactions would run, and does none of it', async () => {
    const [web, tls] = [await volume({ 'a.conf': '1', 'b.conf': 'x' }), await volume({ 'tls.crt': '1' })]
    const directory = await temporary()
    const touched = path.join(directory, 'touched')
    const target = await webServer([answer(200)])
    const file = path.join(directory, 'hotmount.yaml')
    await writeFile(
      file,
      JSON.stringify({
        mounts: { web: web.path, tls: tls.path },
        reactions: [
          {
            on: 'web/*.conf',
            name: 'reads it',
            command: ['touch', touched],
            check: `grep -q new ${web.path}/a.conf`,
          },
          { on: 'web/other', command: ['touch', touched] },
          { on: 'tls/*', webhook: target.url },
          {
            on: 'web/a.conf',
            stage: { into: path.join(directory, 'staged'), check: 'grep -q new {directory}/a.conf' },
          },
          { webhook: target.url },
        ],
      }),
    )
    const candidate = await manifest({ 'a.conf': 'new hunter2', 'c.conf': 'x' })
    const { code, out, err } = await finish(['check', '--config', file, '--candidate', `web=${candidate}`])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const staged = /stage (\S+)/.exec(out)?.[1] ?? ''
    expect(staged).not.toBe(path.join(directory, 'staged'))
    expect(out.replaceAll(target.url, 'URL').replaceAll(staged, '/staged')).toBe(
      `web +c.conf ~a.conf -b.conf
  ✓ reads it would run: its check accepts it
  - command touch would not run: no key of it changes
  ✓ stage /staged would run: its check accepts it
tls nothing would change
  - webhook URL/ would not run: no key of it changes
web + tls +web/c.conf ~web/a.conf -web/b.conf
  ✓ webhook URL/ would run: it has no check
nothing was applied
`,
    )
    expect(target.heard).toEqual([])
    expect((await readdir(directory)).toSorted()).toEqual(['hotmount.yaml'])
  })

  it('ends with 4 when a check refuses it, and quotes no value', async () => {
    const mount = await volume({ a: 'old' })
    const candidate = await manifest({ a: 'hunter2' })
    const flags = ['--mount', mount.path, '--webhook', hook, '--check', `sh -c 'cat ${mount.path}/a; exit 1'`]
    const { code, out } = await finish(['check', ...flags, '--candidate', candidate])
    expect(code).toBe(4)
    expect(out).toMatch(
      /✗ webhook \S+ would not be applied: its check refuses it\n {4}the check of .* exited with code 1/,
    )
    expect(out).not.toContain('hunter2')
    const asJson = await finish(['check', ...flags, '--candidate', candidate, '--json'])
    expect(JSON.parse(asJson.out)).toMatchObject({
      candidate: true,
      groups: [{ changed: ['a'], reactions: [{ outcome: 'refused', error: { code: 'CHECK_FAILED' } }] }],
    })
  })

  it('ends with 1 when a check cannot be asked about a candidate', async () => {
    const mount = await volume({ a: 'old' })
    const candidate = await manifest({ a: 'new' })
    const flags = ['--mount', mount.path, '--webhook', hook, '--check', 'false']
    const { code, out } = await finish(['check', ...flags, '--candidate', candidate])
    expect(code).toBe(1)
    expect(out).toContain('cannot be asked about a candidate')
    // What is mounted can be asked about.
    expect((await finish(['check', ...flags])).code).toBe(4)
    expect((await finish(['check', ...flags.slice(0, -1), 'true'])).code).toBe(0)
    // Nothing changes: nothing is asked.
    expect((await finish(['check', ...flags, '--candidate', mount.path])).code).toBe(0)
  })

  it('judges an environment, and what is to be pushed', async () => {
    const mount = await volume({ 'app.env': 'A=1' })
    const candidate = await manifest({ 'app.env': 'PATH=/hunter2' })
    const run = ['check', '--mount', mount.path, '--candidate', candidate]
    const env = await finish([...run, '--restart', '--dotenv', 'app.env', '--', 'node', 'server.js'])
    expect(env.code).toBe(4)
    expect(env.out).toContain('restart of child node')
    expect(env.out).not.toContain('hunter2')
    const file = path.join(await temporary(), 'c.yaml')
    await writeFile(
      file,
      JSON.stringify({
        mounts: { a: mount.path },
        reactions: [
          { push: { key: 'gone', url: hook } },
          { on: 'app.env', push: { key: 'app.env', url: hook } },
        ],
      }),
    )
    const pushed = await finish(['check', '--config', file, '--candidate', candidate])
    expect(pushed.out).toMatch(/- push gone would not run/)
    expect(pushed.out).toMatch(/✓ push app.env would run: its check accepts it/)
  })

  it.each<[string, string]>([
    ['', '--mount is missing'],
    ['--mount /x', 'what is to be done on a change?'],
    [`--mount /x --webhook ${hook} word`, 'a word too many: "word"'],
    [`--mount /x --webhook ${hook} --candidate y=/z`, '--candidate: there is no mount y'],
    [`--mount /x --mount /y --webhook ${hook} --candidate /z`, '--candidate: for which mount is not said'],
    [`--mount /x --webhook ${hook} --candidate /nowhere`, '/nowhere cannot be read (ENOENT)'],
  ])('refuses %s', async (flags, message) => {
    const { code, err } = await finish(['check', ...flags.split(' ').filter((word) => word !== '')])
    expect(code).toBe(2)
    expect(err).toContain(message)
  })
  it('ends with 3 without the mount', async () => {
    const { code, err } = await finish(['check', '--mount', '/nowhere', '--webhook', hook])
    expect(code).toBe(3)
    expect(err).toContain('nothing is mounted at /nowhere')
  })
})

describeWith('nginx', 'hotmount check --server nginx', () => {
  it('has nginx judge the candidate, while what is mounted stays', async () => {
    const site = await nginxSite('old')
    const { mount, work, port } = site
    const flags = ['check', '--mount', mount.path, '--server', 'nginx', '--candidate']
    const good = await manifest({ 'nginx.conf': nginxConfig(work, answering(port, 'new')) })
    const bad = await manifest({ 'nginx.conf': nginxConfig(work, 'lissten hunter2;') })
    const accepted = await finish([...flags, good, '--', ...nginxCommand(site)])
    expect(accepted.code).toBe(0)
    expect(accepted.out).toContain('✓ nginx would run: its check accepts it')
    const refused = await finish([...flags, bad, '--', ...nginxCommand(site)])
    expect(refused.code).toBe(4)
    expect(refused.out).toContain('unknown directive "lissten"')
    expect(refused.out).not.toContain('hunter2')
    expect((await mount.published())?.data['nginx.conf']).toBeDefined()
  })
})
