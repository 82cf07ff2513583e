import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { watchConfigMap } from '@hotmount/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { kubeconfigOf } from '../../support/api-server/credentials.js'
import { service } from '../../support/api-server/objects.js'
import { apiServer } from '../../support/api-server/start.js'
import { finish, launch, logged, temporary } from './support.js'

const labels = { expose: 'nginx' }
const names = "<%= it['services.json'].map(({ name }) => name).join(' ') %>"

const prepared = async (template = names) => {
  const server = await apiServer()
  server.store.create('services', service('web', { labels }))
  const place = await temporary()
  const [templates, into] = [path.join(place, 'templates'), path.join(place, 'into')]
  await mkdir(templates)
  const file = path.join(templates, 'names.eta')
  await writeFile(file, template)
  const env = { ...process.env, KUBECONFIG: kubeconfigOf(server, path.join(place, 'kubeconfig')) }
  const flags = [
    'generate',
    '--service-selector',
    'expose=nginx',
    '--template',
    `names.txt=${file}`,
    '--into',
    into,
  ]
  const content = (): Promise<string> =>
    readFile(path.join(into, '..data/names.txt'), 'utf8').then(
      (text) => text.trim(),
      () => 'nothing',
    )
  return { server, into, file, env, flags, content }
}

describe('hotmount generate --once', () => {
  it('publishes one config, laid out as a mount, and ends', async () => {
    const { flags, env, into, content } = await prepared()
    expect(await finish([...flags, '--once'], { env })).toMatchObject({ code: 0, out: '' })
    expect(await content()).toBe('web')
    const mount = await watchConfigMap(into)
    onTestFinished(() => mount.close())
    expect([mount.layout, mount.snapshot.keys()]).toEqual(['atomic', ['names.txt']])
  })

  it('ends with 4 and publishes nothing when the first config is refused or cannot be rendered', async () => {
    const { flags, env, into, content, file } = await prepared()
    const refused = await finish([...flags, '--once', '--check', "grep -q never '{directory}/names.txt'"], {
      env,
    })
    expect(refused).toMatchObject({ code: 4 })
    expect(await content()).toBe('nothing')
    await writeFile(file, "<%= it['gone.json'] %>")
    expect(await finish([...flags, '--once'], { env })).toMatchObject({ code: 4 })
    expect((await readdir(into)).filter((name) => !name.startsWith('..'))).toEqual([])
  })

  it('keeps what an earlier life has published when the new config is refused, or the server is away', async () => {
    const { flags, env, server, content } = await prepared()
    await finish([...flags, '--once'], { env })
    server.store.create('services', service('api', { labels }))
    const check = ['--check', "grep -q ^web '{directory}/names.txt'"]
    expect(await finish([...flags, '--once', ...check], { env })).toMatchObject({
      code: 0,
      err: expect.stringMatching(/the new config is refused|config rejected/) as unknown,
    })
    expect(await content()).toBe('web')
    await server.stop()
    const away = await finish([...flags, '--once', '--wait', '200ms'], { env })
    expect(away).toMatchObject({ code: 0, err: expect.stringMatching(/config of before stays/) as unknown })
    expect(await content()).toBe('web')
  })

  it('ends with 3 and the rule that is missing when it may not read Services', async () => {
    const { flags, env, server } = await prepared()
    server.access.grant('admin', [])
    const { code, err } = await finish([...flags, '--once'], { env })
    expect(code).toBe(3)
    expect(err).toMatch(/services expose=nginx in default cannot be read/)
    expect(err).toMatch(/endpointslices|services/)
  })
})

describe('hotmount generate', () => {
  it('follows Services and templates, refuses what its check does, and ends with 0', async () => {
    const { flags, env, server, content, file } = await prepared()
    const check = ['--check', "sh -c '! grep -q bad {directory}/names.txt'"]
    const running = launch([...flags, ...check, '--settle', '20ms', '--listen', '0'], env)
    const { address } = await logged(running, { msg: 'serving state' })
    expect(await content()).toBe('web')
    await expect.poll(() => server.watches.size).toBe(2)

    server.store.create('services', service('bad', { labels }))
    await logged(running, { msg: 'config rejected', code: 'CHECK_FAILED' })
    expect(await content()).toBe('web')
    server.store.remove('services', 'default', 'bad')
    server.store.create('services', service('api', { labels }))
    await expect.poll(content).toBe('api web')

    await writeFile(file, `names: ${names}`)
    await expect.poll(content).toBe('names: api web')
    await expect.poll(async () => (await fetch(`${String(address)}/readyz`)).status).toBe(200)
    expect(await (await fetch(`${String(address)}/status`)).text()).toMatch(
      /services expose=nginx in default/,
    )
    running.child.kill('SIGTERM')
    expect(await running.exited).toBe(0)
  }, 30_000)

  it.each<[what: string, argv: readonly string[], said: RegExp]>([
    ['no template', ['--into', 'x'], /--template is missing/],
    ['no place', ['--template', 'a=/b/a.eta'], /--into is missing/],
    ['a template without a file', ['--template', '/b/a.eta', '--into', 'x'], /not FILE=PATH/],
    ['a file twice', ['--template', 'a=/b/a', '--template', 'a=/b/c', '--into', 'x'], /rendered from two/],
    [
      'two directories',
      ['--template', 'a=/b/a', '--template', 'c=/d/c', '--into', 'x'],
      /several directories/,
    ],
    ['a path out of the place', ['--template', '../a=/tmp/a', '--into', 'x'], /render: /],
    [
      'a check that sees nothing',
      ['--template', 'a=/b/a', '--into', 'x', '--check', 'true'],
      /\{directory\}/,
    ],
    ['a wait for nothing', ['--template', 'a=/b/a', '--into', 'x', '--wait', '1s'], /--wait needs --once/],
    ['a word', ['serve'], /a word too many/],
    [
      'state of what ends',
      ['--template', 'a=/b/a', '--into', 'x', '--once', '--listen', '0'],
      /exclude each other/,
    ],
  ])('refuses %s', async (_what, argv, said) => {
    const { code, err } = await finish(['generate', ...argv], { env: {} })
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringMatching(said) as unknown })
  })
})
