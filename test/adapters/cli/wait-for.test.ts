import { writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import path from 'node:path'
import { pipeline, Readable } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { answer, webServer } from '../../support/web-server.js'
import { begin, finish, launch, logged, temporary, volume } from './support.js'

const manifest = async (data: Readonly<Record<string, string>>): Promise<string> => {
  const file = path.join(await temporary(), 'configmap.yaml')
  await writeFile(file, JSON.stringify({ kind: 'ConfigMap', metadata: { name: 'web' }, data }))
  return file
}

function* chunks(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(65_536, 'x')
}

/** Answers 504, and does not end. Not by a callback of `write`: on Node 24 it went on by itself once nobody was there. */
const endless = (response: ServerResponse): void => {
  response.writeHead(504)
  pipeline(Readable.from(chunks()), response, () => undefined)
}

describe('hotmount wait-for', () => {
  it('ends with 0 once that content is applied and verified, and not before', async () => {
    const mount = await volume({ a: '1', b: 'x' })
    const wanted = await manifest({ a: 'hunter2', b: 'x' })
    const gate = path.join(await temporary(), 'open')
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    // Asked before anybody is there to answer.
    const waiting = begin(['wait-for', '--revision-of', wanted, '--url', url, '--mount', 'web'])
    const flags = ['--mount', `web=${mount.path}`, '--reload-command', 'true', '--check', `test -e ${gate}`]
    const running = launch(['sidecar', ...flags, '--listen', String(port), '--no-initial'])
    await logged(running, { msg: 'serving state' })
    const revision = await mount.swap({ a: 'hunter2', b: 'x' })
    await logged(running, { msg: 'config rejected', revision })
    const early = await finish(['wait-for', '--revision-of', wanted, '--url', url, '--timeout', '300ms'])
    expect(early).toMatchObject({ code: 1, out: '' })
    expect(early.err).toMatch(
      /time is up: it is mounted, and not in effect yet; command true: rejected, CHECK_FAILED: the check of .+\n {2}→ waited for /,
    )
    const none = ['wait-for', '--digest', 'a'.repeat(64), '--url', url, '--timeout', '300ms']
    expect((await finish(none)).err).toContain('time is up: it is not mounted there yet')

    await writeFile(gate, '')
    const other = await mount.swap({ a: 'hunter3', b: 'x' })
    await logged(running, { msg: 'config applied', revision: other })
    await mount.swap({ a: 'hunter2', b: 'x' })
    expect(await waiting.code).toBe(0)
    expect(waiting.out()).toMatch(/^[\da-f]{64} is in effect\n$/)
    const [digest = ''] = waiting.out().split(' ')
    expect((await finish(['wait-for', '--digest', digest, '--url', url])).code).toBe(0)
    const elsewhere = await finish(['wait-for', '--digest', digest, '--url', url, '--mount', 'tls'])
    expect(elsewhere).toMatchObject({ code: 2 })
    expect(elsewhere.err).toContain('answered 400')
    expect(waiting.err() + early.err + running.err()).not.toMatch(/hunter[23]/)
  })

  it('knows a volume of several manifests, and of some keys only', async () => {
    const mount = await volume({ a: '1', b: '2', 'x.bak': '3' })
    const port = await freePort()
    const flags = ['--mount', mount.path, '--reload-command', 'true', '--keys', 'a,b']
    launch(['sidecar', ...flags, '--listen', String(port)])
    const [one, two] = [await manifest({ a: '1', b: '0', 'x.bak': '9' }), await manifest({ b: '2' })]
    const manifests = ['--revision-of', one, '--revision-of', two]
    const { code } = await finish([
      'wait-for',
      ...manifests,
      '--keys',
      'a,b',
      '--url',
      `http://127.0.0.1:${port}`,
    ])
    expect(code).toBe(0)
  })

  it('asks again whatever fails on the way, with its token', async () => {
    const server = await webServer([answer(500), answer(404), answer(504), answer(200)])
    const token = path.join(await temporary(), 'token')
    await writeFile(token, 'hunter2\n')
    const digest = 'a'.repeat(64)
    const flags = ['--digest', digest, '--url', `${server.url}/base`, '--token-file', token, '--mount', 'a b']
    const { code, out, err } = await finish(['wait-for', ...flags], { env: { HOTMOUNT_MOUNT: '/etc/x' } })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(server.heard.map((heard) => heard.path)).toEqual(
      Array.from({ length: 4 }, () => `/base/status?wait=${digest}&timeout=30000ms&mount=a+b`),
    )
    expect(server.heard[0]?.headers.authorization).toBe('Bearer hunter2')
    expect(out).not.toContain('hunter2')
  })

  it('leaves no answer open that it does not read to its end', async () => {
    const server = await webServer([endless, endless, answer(200)])
    const { code } = await finish(['wait-for', '--digest', 'a'.repeat(64), '--url', server.url])
    expect(code).toBe(0)
    await expect.poll(server.connections).toBeLessThanOrEqual(1)
  })

  it('ends at once when the token is refused', async () => {
    const server = await webServer([answer(401)])
    const { code, err } = await finish(['wait-for', '--digest', 'a'.repeat(64), '--url', server.url])
    expect(code).toBe(2)
    expect(err).toContain('it wants a token: --token-file PATH')
  })

  it('ends with 128 + n when it is interrupted', async () => {
    const session = begin([
      'wait-for',
      '--digest',
      'a'.repeat(64),
      '--url',
      `http://127.0.0.1:${await freePort()}`,
    ])
    await vi.waitFor(() => session.stop('SIGTERM'))
    expect(await session.code).toBe(143)
  })

  it.each<[string, string]>([
    ['', 'what is to be waited for?'],
    ['--digest abc', '--digest: not 64 hexadecimal digits'],
    [`--digest ${'a'.repeat(64)} --revision-of x`, 'exclude each other'],
    ['--revision-of /nowhere.yaml', '/nowhere.yaml cannot be read (ENOENT)'],
    ['--digest x --url localhost:1', '--url: not a URL'],
    ['--digest x --timeout 5', '--timeout: "5" is not a length of time'],
    ['manifest.yaml', 'a word too many: "manifest.yaml"'],
  ])('refuses %s', async (flags, message) => {
    const { code, err } = await finish(['wait-for', ...flags.split(' ').filter((word) => word !== '')])
    expect(code).toBe(2)
    expect(err).toContain(message)
  })
})
