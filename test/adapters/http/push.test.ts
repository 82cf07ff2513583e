import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { chain, type Change, reload, type ReactionLike, type ReloadOptions } from '@hotmount/core'
import { push, type PushOptions } from '@hotmount/adapters/http'
import { httpProbe } from '@hotmount/adapters/probe'
import { describe, expect, it, onTestFinished } from 'vitest'
import { saysTheSame } from '../../../packages/adapters/src/http/equal.js'
import { mounted } from '../../support/mounted.js'
import { nextReport } from '../../support/next-report.js'
import { answer, type Heard, webServer, type WebServer } from '../../support/web-server.js'

/** A control endpoint: what is sent to it, it shows; as another text if told so. */
const control = async (
  show: (kept: string) => string = (kept) => kept,
): Promise<WebServer & { forget: () => void }> => {
  let kept = ''
  const server = await webServer([
    (response, { method, body }: Heard) => {
      if (method === 'GET') return void response.end(show(kept))
      kept = body
      return void response.writeHead(201).end()
    },
  ])
  return { ...server, forget: () => (kept = '') }
}

const md5 = (bytes: Uint8Array | string): string => createHash('md5').update(bytes).digest('hex')
const parse = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString())
const holdsDigest = (got: Uint8Array, sent: Uint8Array): boolean => Buffer.from(got).includes(md5(sent))
const refuses = ({ snapshot }: Change): void => {
  if (snapshot.text('backends.json') === '["b"]') throw new Error('no')
}

const first = { 'backends.json': '["a"]', other: '1' }

const looped = async (reaction: ReactionLike, options: ReloadOptions = {}) => {
  const { volume, mount } = await mounted(first)
  const loop = reload(mount, reaction, { retry: { min: 20, max: 50 }, ...options })
  onTestFinished(() => loop.close())
  const swap = async (data: Record<string, string>) => {
    const report = nextReport(loop)
    await volume.swap(data)
    return report
  }
  return { volume, mount, loop, swap }
}
const pushing = (url: string, options: PushOptions = {}) =>
  looped(push('backends.json', url, { retry: { min: 5, max: 10 }, ...options }))

describe('push', () => {
  it('sends the bytes of its key and reads them back', async () => {
    const { url, heard } = await control()
    const { swap } = await pushing(`${url}/backends`)
    const report = await swap({ ...first, 'backends.json': '["a", "b"]' })
    expect(report).toMatchObject({ outcome: 'applied', evidence: 'pushed 10 bytes, read back equal' })
    expect(heard.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
      { method: 'POST', path: '/backends', body: '["a", "b"]' },
      { method: 'GET', path: '/backends', body: '' },
    ])
    expect(heard[0]?.headers['content-type']).toBe('application/json')
  })
  it('takes the same JSON in other words for equal', async () => {
    const { url } = await control((kept) => (kept === '' ? '' : ' { "b": 2,\n "a": [1] }'))
    const { swap } = await pushing(url, { transform: () => ({ a: [1], b: 2 }), method: 'PUT' })
    const report = await swap({ ...first, 'backends.json': 'x' })
    expect(report).toMatchObject({ outcome: 'applied', evidence: 'pushed 15 bytes, read back equal' })
  })
  it('is in doubt when something else is read back, and says neither', async () => {
    const { url } = await control(() => '["hunter2-theirs"]')
    const { swap } = await pushing(url)
    const report = await swap({ ...first, 'backends.json': '["hunter2-ours"]' })
    expect(report).toMatchObject({
      outcome: 'failed',
      stage: 'verify',
      error: {
        code: 'VERIFY_FAILED',
        message: `POST ${url}/ was accepted, but GET answers with something else`,
      },
    })
    expect(inspect(report, { depth: 9, showHidden: true })).not.toContain('hunter2')
  })
  it('waits a moment for an endpoint that shows late what it took', async () => {
    let asked = 0
    const { url } = await control((kept) => (++asked < 3 ? 'old' : kept))
    const { swap } = await pushing(url)
    expect(await swap({ ...first, 'backends.json': '[]' })).toMatchObject({ outcome: 'applied', attempt: 1 })
    expect(asked).toBe(3)
  })
  it('lets a function judge the answer', async () => {
    const { url } = await control((kept) => `{"digest":"${md5(kept)}"}`)
    const { swap } = await pushing(url, { readBack: holdsDigest })
    expect(await swap({ ...first, 'backends.json': '["b"]' })).toMatchObject({ outcome: 'applied' })
    const { swap: swapOther } = await pushing(url, { readBack: () => false })
    expect(await swapOther({ ...first, 'backends.json': '["c"]' })).toMatchObject({ outcome: 'failed' })
  })
  it('is content with the answer where there is nothing to read back, and asks the probe', async () => {
    const { url, heard } = await control(() => 'up')
    const { swap } = await pushing(url, {
      readBack: false,
      verify: httpProbe(`${url}/up`, { times: 1, body: 'up' }),
    })
    const evidence = `pushed 5 bytes, answered 201; GET ${url}/up: status 200, body as expected`
    expect(await swap({ ...first, 'backends.json': '["b"]' })).toMatchObject({ outcome: 'applied', evidence })
    expect(heard).toHaveLength(2)
  })
  it('does not take the beginning of an endless answer for the answer', async () => {
    const { url } = await control((kept) => kept + ' '.repeat(100_000))
    const { swap } = await pushing(url, { readBack: () => true })
    expect(await swap({ ...first, 'backends.json': '[]' })).toMatchObject({
      error: { code: 'VERIFY_FAILED' },
    })
  })
  it('is in doubt when nothing can be read back', async () => {
    const { url } = await webServer([answer(201), answer(405)])
    const { swap } = await pushing(url)
    expect(await swap({ ...first, 'backends.json': '[]' })).toMatchObject({
      outcome: 'failed',
      stage: 'verify',
      error: { code: 'VERIFY_FAILED', message: `GET ${url}/ answered 405` },
    })
  })
  it('does not show again what its transform made, when reading it back fails', async () => {
    const { url } = await webServer([
      answer(200),
      (response) => void response.writeHead(500).end('bad state: made-of-swordfish'),
    ])
    const { swap } = await pushing(url, { retry: false, transform: () => 'made-of-swordfish' })
    expect(await swap({ ...first, 'backends.json': '[]' })).toMatchObject({
      stage: 'verify',
      error: { message: `GET ${url}/ answered 500: bad state: [redacted]` },
    })
  })
  it('reads back with 200, whatever status the push must have', async () => {
    const { url, heard } = await control()
    const { swap } = await pushing(url, { status: 201 })
    expect(await swap({ ...first, 'backends.json': '[]' })).toMatchObject({ outcome: 'applied', attempt: 1 })
    expect(heard.map(({ method }) => method)).toEqual(['POST', 'GET'])
  })
  it('leaves changes of other keys alone, and refuses a mount without its key', async () => {
    const { url, heard } = await control()
    const { swap } = await pushing(url)
    expect(await swap({ ...first, other: '2' })).toMatchObject({ outcome: 'skipped', reason: 'unchanged' })
    expect(await swap({ other: '2' })).toMatchObject({
      outcome: 'rejected',
      error: { code: 'KEY_MISSING', key: 'backends.json' },
    })
    expect(heard).toHaveLength(0)
  })
  it.each([
    ['throws', parse],
    ['gives nothing', () => undefined],
  ])('refuses what its transform cannot take, before anything is sent: it %s', async (_, transform) => {
    const { url, heard } = await control()
    const { swap } = await pushing(url, { transform })
    const report = await swap({ ...first, 'backends.json': 'hunter2 {' })
    expect(report).toMatchObject({ outcome: 'rejected', error: { code: 'CHECK_FAILED' } })
    expect(inspect(report, { depth: 9, showHidden: true })).not.toContain('hunter2')
    expect(heard).toHaveLength(0)
  })
  it('pushes again what the endpoint lost, when a loop starts with `initial`', async () => {
    const server = await control()
    const reaction = push('backends.json', server.url)
    const { loop, mount } = await looped(reaction, { initial: true })
    await loop.inSync()
    await loop.close()
    server.forget()
    const again = reload(mount, reaction, { initial: true })
    onTestFinished(() => again.close())
    expect(await again.inSync()).toMatchObject({ outcome: 'applied' })
    expect(server.heard.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual([
      '["a"]',
      '["a"]',
    ])
  })
  it('pushes the last good content again when a later member of a chain refuses, if told so', async () => {
    const { url, heard } = await control()
    const { swap } = await looped(chain(push('backends.json', url, { rollback: true }), refuses))
    expect(await swap({ ...first, 'backends.json': '["b"]' })).toMatchObject({ outcome: 'rolledBack' })
    expect(heard.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual([
      '["b"]',
      '["a"]',
    ])
  })
})

describe('saysTheSame', () => {
  it.each<[one: string, other: string, same: boolean]>([
    ['a', 'a', true],
    ['a', 'a\n', false],
    ['{"a":1,"b":[2,3]}', '{ "b": [2, 3], "a": 1.0 }', true],
    ['[2,3]', '[3,2]', false],
    ['{"a":null}', '{}', false],
    ['9007199254740993', '9007199254740992', false],
    ['{"a":"9007199254740993"}', '{ "a": "9007199254740993" }', true],
    ['', '', true],
  ])('%j and %j: %j', (one, other, same) => {
    expect(saysTheSame(Buffer.from(one), Buffer.from(other))).toBe(same)
  })
})
