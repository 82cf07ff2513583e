import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../../../packages/adapters/src/cli/manifest/projected.js'
import type { Rule } from '../../support/api-server/access.js'
import { kubeconfigOf } from '../../support/api-server/credentials.js'
import { pod } from '../../support/api-server/objects.js'
import { apiServer, type Server } from '../../support/api-server/start.js'
import { aged } from '../../support/real-server/aged.js'
import { freePort } from '../../support/free-port.js'
import { begin, bin, finish, launchNode, temporary } from './support.js'

const [one, two] = ['1'.repeat(64), '2'.repeat(64)]
const rules: readonly Rule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'], namespace: 'default' },
]

const says = (server: Server, name: string, desired: string, applied: string, loop = ''): void => {
  const annotations = {
    [`hotmount.dev/desired-digest${loop}`]: desired,
    [`hotmount.dev/applied-digest${loop}`]: applied,
    [`hotmount.dev/state${loop}`]: desired === applied ? 'inSync' : 'pending',
  }
  const given = pod(name, { labels: { app: 'shop' }, annotations })
  if (server.store.find('pods', 'default', name)) server.store.replace('pods', given)
  else server.store.create('pods', given)
}

/** A cluster, and the flags that lead to it with just the rights that are needed. */
const cluster = async (may: readonly Rule[] = rules) => {
  const server = await apiServer()
  server.access.grant('cli', may)
  const file = kubeconfigOf(server, path.join(await temporary(), 'kubeconfig'), 'cli')
  return { server, flags: ['--selector', 'app=shop', '--kubeconfig', file], file }
}

describe('hotmount status', () => {
  it('prints the fleet as a table; the exit code says whether all have applied it', async () => {
    const { server, flags } = await cluster()
    server.store.now = () => new Date(2026, 10, 20, 22, 2, 3)
    says(server, 'shop-1', two, two)
    says(server, 'shop-2', two, one)
    const { code, err, out } = await finish(['status', ...flags])
    expect({ code, err, out: aged(out, '3h') }).toEqual({
      code: 1,
      err: 'hotmount: 1 of 2 pods have applied it\n',
      out: `POD     READY  APPLIED       MOUNTED       STATE    AGE
shop-1  yes    222222222222  222222222222  inSync   3h
shop-2  yes    111111111111  222222222222  pending  3h
`,
    })
    says(server, 'shop-2', two, two)
    expect(await finish(['status', ...flags])).toMatchObject({ code: 0, err: '' })
  })
  it('prints one JSON object', async () => {
    const { server, flags } = await cluster()
    says(server, 'shop-1', two, one, '-tls')
    const { code, out, err } = await finish(['status', ...flags, '--loop', 'tls', '--json'])
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(JSON.parse(out)).toMatchObject({
      isDone: false,
      because: '0 of 1 pods have applied it',
      pods: [{ name: 'shop-1', namespace: 'default', desired: two, applied: one, ready: true }],
    })
  })
  it('is found by KUBECONFIG; where no pod is, it says so', async () => {
    const { file } = await cluster()
    const { code, out, err } = await finish(['status', '--selector', 'app=x'], { env: { KUBECONFIG: file } })
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: 'hotmount: 0 of 1 pods are there\n' })
  })
  it('ends with 3 when the API server refuses or is away, and tells the rule that is missing', async () => {
    const { server, flags } = await cluster([])
    const refused = await finish(['status', ...flags])
    expect(refused.code).toBe(3)
    expect(refused.err).toContain('resources: ["pods"], verbs: ["list"]')
    await server.stop()
    const limit = begin(['status', ...flags, '--namespace', 'default'])
    limit.stop('SIGTERM')
    expect(await limit.code).toBe(143)
  })
  it.each<[string, string]>([
    ['status', 'which pods?'],
    ['status app=shop', 'a word too many: "app=shop"'],
    ['status --selector app=shop --kubeconfig /nowhere', '/nowhere'],
  ])('refuses %s', async (words, message) => {
    const { code, err } = await finish(words.split(' '))
    expect([2, 3]).toContain(code)
    expect(err).toContain(message)
  })
})

describe('hotmount wait-for --selector', () => {
  it('waits until each pod has applied the content of a manifest', async () => {
    const { server, flags } = await cluster()
    const manifest = path.join(await temporary(), 'configmap.yaml')
    await writeFile(
      manifest,
      JSON.stringify({ kind: 'ConfigMap', metadata: { name: 'web' }, data: { a: '1' } }),
    )
    const digest = await digestOf({ a: Buffer.from('1') }, {})
    says(server, 'shop-1', one, one)
    const waiting = begin(['wait-for', '--revision-of', manifest, ...flags, '--least', '2'], { tty: true })
    await expect.poll(waiting.err).toBe('1 of 2 pods are there\n')
    says(server, 'shop-1', digest, digest)
    says(server, 'shop-2', digest, one)
    await expect.poll(waiting.err).toMatch(/1 of 2 pods have applied it\n$/)
    says(server, 'shop-2', digest, digest)
    expect(await waiting.code).toBe(0)
    expect(waiting.out()).toBe(`${digest} is in effect\n`)
  })
  it('ends with 1 and how far they are when time is up', async () => {
    const { server, flags } = await cluster()
    says(server, 'shop-1', two, one)
    const given = ['wait-for', '--digest', two.slice(0, 12), ...flags, '--timeout', '1s']
    const { code, out, err } = await finish(given, { env: { HOTMOUNT_URL: 'http://127.0.0.1:1' } })
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toBe(
      `hotmount: time is up: 0 of 1 pods have applied it\n  → waited for ${two.slice(0, 12)} at the pods of app=shop\n`,
    )
  })
  it('says so when no API server has answered, and ends when it refuses', async () => {
    const { server, flags } = await cluster([])
    expect(await finish(['wait-for', '--digest', two, ...flags])).toMatchObject({ code: 3, out: '' })
    await server.stop()
    const { code, err } = await finish(['wait-for', '--digest', two, ...flags, '--timeout', '200ms'])
    expect(code).toBe(1)
    expect(err).toContain('the API server has not told of them')
  })
  it('ends with 128 + n when it is interrupted', async () => {
    const { flags } = await cluster()
    const session = begin(['wait-for', '--digest', two, ...flags], { tty: true })
    await expect.poll(session.err).toBe('0 of 1 pods are there\n')
    session.stop('SIGTERM')
    expect(await session.code).toBe(143)
  })
  it.each<[string, string]>([
    ['--url http://127.0.0.1:1', '--selector and --url exclude each other'],
    ['--mount web', '--selector and --mount exclude each other'],
    ['--least 0', '--least: not a number of pods'],
  ])('refuses %s beside it', async (more, message) => {
    const given = ['wait-for', '--digest', two, '--selector', 'app=shop', ...more.split(' ')]
    const { code, err } = await finish(given)
    expect(code).toBe(2)
    expect(err).toContain(message)
  })
  it.each<[string, string]>([
    [`--digest ${two} --least 2`, '--least goes with --selector'],
    ['--digest 222222222222', '--digest: not 64 hexadecimal digits'],
    ['--digest 22 --selector app=shop', '--digest: not 12 to 64 hexadecimal digits'],
    ['--selector app=shop', 'what is to be waited for?'],
  ])('refuses %s', async (flags, message) => {
    const { code, err } = await finish(['wait-for', ...flags.split(' ')])
    expect(code).toBe(2)
    expect(err).toContain(message)
  })
  it('leaves the one that is asked by its URL alone, whatever variable is set', async () => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const given = ['wait-for', '--digest', two, '--url', url, '--timeout', '0s']
    const { code, err } = await finish(given, { env: { HOTMOUNT_SELECTOR: 'app=shop' } })
    expect(code).toBe(1)
    expect(err).toContain(`at ${url}`)
  })
})

describe('what runs in a pod', () => {
  it.each([
    [false, ['--url', 'http://127.0.0.1:1']],
    [true, ['--selector', 'app=shop', '--kubeconfig', '/nowhere']],
  ])('loads what talks to an API server: %s', async (isLoaded, flags) => {
    const argv = [bin, 'wait-for', '--digest', two, '--timeout', '0s', ...flags]
    // Only that imports node:https.
    const look = `process.on('exit', () => console.log(process.moduleLoadList.includes('NativeModule https')))`
    const { exited, out } = launchNode([
      '--import',
      `data:text/javascript,${encodeURIComponent(look)}`,
      ...argv,
    ])
    await exited
    expect(out()).toBe(`${isLoaded}\n`)
  })
})
