import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { blocksOf } from '../../support/markdown.js'
import { describeWith } from '../../support/servers.js'
import { answer, webServer } from '../../support/web-server.js'
import { answering, ask } from '../servers/nginx-process.js'
import { nginxCommand, nginxConfig, nginxSite } from './nginx-site.js'
import { quoteWords } from '../../../packages/adapters/src/cli/words.js'
import { launch, launchNode, logged, type Running, script, temporary, volume } from './support.js'

const page = readFileSync(new URL('../../../docs/11-config-file.md', import.meta.url), 'utf8')
const examples = blocksOf(page)
  .filter(({ info }) => info === 'yaml hotmount')
  .map(({ text }) => text)

/** An example of the page with the places of this test in it. Each must stand there. */
const placed = async (at: number, places: Readonly<Record<string, string>>): Promise<string> => {
  let text = examples[at] ?? ''
  for (const [theirs, ours] of Object.entries(places)) {
    expect(text).toContain(theirs)
    text = text.replaceAll(theirs, ours)
  }
  const file = path.join(await temporary(), 'hotmount.yaml')
  await writeFile(file, text)
  return file
}

const stop = async (running: Running): Promise<number> => {
  running.child.kill('SIGTERM')
  return running.exited
}

it('docs/11-config-file.md has three whole examples, and tells every name that there is', () => {
  expect(examples).toHaveLength(3)
  const schema = readFileSync(
    new URL('../../../packages/adapters/schema/hotmount.schema.json', import.meta.url),
    'utf8',
  )
  const names = new Set<string>()
  JSON.parse(schema, (key, value: unknown) => {
    if (key === 'properties') for (const name of Object.keys(value as object)) names.add(name)
    return value
  })
  expect(names.size).toBeGreaterThan(50)
  const told = new Set([...page.matchAll(/`([\w$]+)/g)].map(([, name = '']) => name))
  expect([...names].filter((name) => !told.has(name))).toEqual([])
})

describeWith('nginx', 'the first file of docs/11-config-file.md', () => {
  it('has nginx take a change of either mount', async () => {
    const site = await nginxSite('old')
    const { mount, work, port } = site
    const tls = await volume({ 'tls.crt': '1' })
    const listen = await freePort()
    const file = await placed(0, {
      '/etc/nginx/conf.d': mount.path,
      '/etc/nginx/tls': tls.path,
      "nginx -g 'daemon off;'": quoteWords(nginxCommand(site)),
      ':8080/healthz': `:${port}/`,
      'cooldown: 5s': 'cooldown: 10ms',
      'listen: 9533': `listen: ${listen}`,
    })
    const running = launch(['run', '--config', file])
    await vi.waitFor(async () => expect(await ask(port)).toBe('old'), 5000)
    await mount.swap({ 'nginx.conf': nginxConfig(work, answering(port, 'new')) })
    const first = await logged(running, { msg: 'config applied' })
    expect(first['evidence']).toMatch(/new workers.*GET http:\/\/127\.0\.0\.1:\d+\/: status 200/)
    expect(await ask(port)).toBe('new')
    await tls.swap({ 'tls.crt': '2' })
    await vi.waitFor(
      () => expect(running.log().filter(({ msg }) => msg === 'config applied')).toHaveLength(2),
      10_000,
    )
    const status = (await (await fetch(`http://127.0.0.1:${listen}/status`)).json()) as object
    expect(status).toMatchObject({ ready: { ok: true }, mounts: [{ name: 'web+tls' }] })
    expect(await stop(running)).toBe(0)
  }, 40_000)
})

/** A server that writes down what it is told, by its pid file. */
const daemon = (directory: string): string => `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
const say = (text) => appendFileSync(${JSON.stringify(`${directory}/log`)}, text + '\\n')
const staged = ${JSON.stringify(`${directory}/run/..data/limits.json`)}
process.on('SIGHUP', () => say('HUP ' + (existsSync(staged) ? readFileSync(staged, 'utf8') : '')))
const server = createServer((_, response) => response.end('ok'))
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  writeFileSync(${JSON.stringify(`${directory}/app.pid`)}, process.pid + '\\n')
  say('start ' + (process.env.GREETING ?? ''))
})
process.on('SIGTERM', () => process.exit(0))`

describe('the second file of docs/11-config-file.md', () => {
  it('reacts to each mount by itself', async () => {
    const directory = await temporary()
    const [rules, app] = [await volume({ 'alerts.yaml': 'good' }), path.join(directory, 'app')]
    const prometheus = await webServer([answer(200)])
    const token = path.join(directory, 'token')
    await writeFile(token, 'hunter2')
    launchNode([await script(daemon(directory)), '0'])
    await vi.waitFor(() => expect(existsSync(`${directory}/app.pid`)).toBe(true), 5000)
    const port = await freePort()
    const file = await placed(1, {
      'promtool check rules /etc/rules/alerts.yaml': `grep -q good ${rules.path}/alerts.yaml`,
      'rules: /etc/rules': `rules: ${rules.path}`,
      'path: /etc/app': `path: ${app}`,
      'http://127.0.0.1:9090': prometheus.url,
      '/run/app.pid': `${directory}/app.pid`,
      '/run/secrets/token': token,
      "':9533'": `127.0.0.1:${port}`,
    })
    const running = launch(['sidecar', '--config', file])
    // One mount is not there yet: it is waited for.
    await mkdir(app)
    await writeFile(path.join(app, 'app.yaml'), 'one')
    await logged(running, { msg: 'config applied', reaction: 'rules' })
    await logged(running, { msg: 'config applied', reaction: 'app' })
    await vi.waitFor(async () => expect(await readFile(`${directory}/log`, 'utf8')).toBe('start \nHUP \n'))

    const bad = await rules.swap({ 'alerts.yaml': 'hunter2' })
    expect(await logged(running, { msg: 'config rejected', revision: bad })).toMatchObject({
      reaction: 'rules',
    })
    await writeFile(path.join(app, 'app.yaml'), 'two')
    await vi.waitFor(
      async () => expect(await readFile(`${directory}/log`, 'utf8')).toBe('start \nHUP \nHUP \n'),
      10_000,
    )
    const headers = { authorization: 'Bearer hunter2' }
    const status = (await (await fetch(`http://127.0.0.1:${port}/status`, { headers })).json()) as object
    expect(status).toMatchObject({ mounts: [{ name: 'rules' }, { name: 'app' }] })
    expect(await stop(running)).toBe(0)
    expect(running.err()).not.toContain('hunter2')
  }, 40_000)
})

describe('the third file of docs/11-config-file.md', () => {
  it('restarts the app for its environment, and has it read staged files', async () => {
    const directory = await temporary()
    const mount = await volume({ 'app.env': 'GREETING=one', 'limits.json': '1' })
    const port = await freePort()
    const check = await script(`
import { readFileSync } from 'node:fs'
JSON.parse(readFileSync(process.argv[2] + '/limits.json', 'utf8'))`)
    const file = await placed(2, {
      'app: /etc/app': `app: ${mount.path}`,
      'node server.js': quoteWords([process.execPath, await script(daemon(directory)), String(port)]),
      ':8080/healthz': `:${port}/`,
      'into: /run/app': `into: ${directory}/run`,
      'node check.js': quoteWords([process.execPath, check]),
    })
    const running = launch(['run', '--config', file])
    const log = (): Promise<string> => readFile(`${directory}/log`, 'utf8')
    await vi.waitFor(async () => expect(await log()).toBe('start one\n'), 5000)
    // What is staged is there before the app starts.
    expect(await readFile(`${directory}/run/..data/limits.json`, 'utf8')).toBe('1')

    const bad = await mount.swap({ 'app.env': 'GREETING=one', 'limits.json': '{' })
    await logged(running, { msg: 'config rejected', revision: bad })
    expect(await readFile(`${directory}/run/..data/limits.json`, 'utf8')).toBe('1')
    const good = await mount.swap({ 'app.env': 'GREETING=one', 'limits.json': '2' })
    await logged(running, { msg: 'config applied', revision: good })
    expect(await log()).toBe('start one\nHUP 2\n')
    const env = await mount.swap({ 'app.env': 'GREETING=two', 'limits.json': '2' })
    await logged(running, { msg: 'config applied', revision: env })
    expect(await log()).toBe('start one\nHUP 2\nstart two\n')
    expect(await stop(running)).toBe(0)
  }, 40_000)
})
