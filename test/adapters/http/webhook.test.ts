import { reload } from '@hotmount/core'
import { httpProbe } from '@hotmount/adapters/probe'
import { webhook, type WebhookOptions } from '@hotmount/adapters/http'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { parseTarget } from '../../../packages/adapters/src/http/target.js'
import { mounted } from '../../support/mounted.js'
import { nextReport } from '../../support/next-report.js'
import { answer, hang, webServer } from '../../support/web-server.js'

const quick = { retry: { min: 5, max: 10 } } as const

/** A loop with a webhook over a volume with two keys. */
const hooked = async (url: string, options: WebhookOptions = {}) => {
  const { volume, mount } = await mounted({ 'app.yaml': 'level: info', gone: 'x' })
  const loop = reload(mount, webhook(url, { ...quick, ...options }), { retry: { min: 20, max: 50 } })
  onTestFinished(() => loop.close())
  const swap = async () => {
    const report = nextReport(loop)
    await volume.swap({ 'app.yaml': 'level: swordfish', new: 'y' })
    return report
  }
  return { volume, mount, loop, swap }
}

describe('what a webhook sends', () => {
  it('is names and digests, and no value', async () => {
    const { url, heard } = await webServer([answer(204)])
    const { swap, mount } = await hooked(`${url}/reload?to=all`)
    const report = await swap()
    expect(report).toMatchObject({ outcome: 'applied', evidence: `POST ${url}/reload answered 204` })
    const { revision, digest } = mount.snapshot
    const [one] = heard
    expect(one).toMatchObject({ method: 'POST', path: '/reload?to=all' })
    expect(JSON.parse(one?.body ?? '')).toEqual({
      revision,
      digest,
      added: ['new'],
      changed: ['app.yaml'],
      removed: ['gone'],
    })
    expect(one?.headers).toMatchObject({ 'content-type': 'application/json', 'x-hotmount-digest': digest })
    expect(one?.headers['idempotency-key']).toMatch(new RegExp(`^${digest}\\.[0-9a-f]{16}$`))
    expect(JSON.stringify(heard)).not.toContain('swordfish')
  })
  it.each<[what: string, body: unknown, type: string, sent: string]>([
    ['text', 'as it is', 'text/plain; charset=utf-8', 'as it is'],
    ['bytes', new Uint8Array([104, 105]), 'application/octet-stream', 'hi'],
    ['anything else', ['a', 1], 'application/json', '["a",1]'],
  ])('is what `body` makes of it: %s', async (_, body, type, sent) => {
    const { url, heard } = await webServer([answer(200)])
    const { swap } = await hooked(url, { body: () => body })
    await swap()
    expect(heard[0]).toMatchObject({ body: sent, headers: { 'content-type': type } })
  })
  it('has the headers of the caller, user and password of the URL, and another method', async () => {
    const { url, heard } = await webServer([answer(200)])
    const { swap } = await hooked(url.replace('http://', 'http://ada:p%40ss@'), {
      method: 'PUT',
      headers: { 'Content-Type': 'application/vnd.reload+json', 'X-Team': 'web' },
      idempotencyKey: ({ snapshot }) => snapshot.digest,
    })
    const report = await swap()
    expect(heard[0]).toMatchObject({
      method: 'PUT',
      headers: {
        authorization: `Basic ${Buffer.from('ada:p@ss').toString('base64')}`,
        'content-type': 'application/vnd.reload+json',
        'x-team': 'web',
        'idempotency-key': heard[0]?.headers['x-hotmount-digest'],
      },
    })
    expect(report).toMatchObject({ evidence: `PUT ${url}/ answered 200` })
  })
  it('has no body with GET', async () => {
    const { url, heard } = await webServer([answer(200)])
    const { swap } = await hooked(url, { method: 'GET' })
    await swap()
    expect(heard[0]).toMatchObject({ method: 'GET', body: '' })
    expect(heard[0]?.headers).not.toHaveProperty('content-type')
  })
})

describe('a webhook', () => {
  it('asks the probe after the answer', async () => {
    const { url, heard } = await webServer([answer(200)])
    const { swap } = await hooked(url, { verify: httpProbe(`${url}/healthz`, { times: 1 }) })
    const evidence = `POST ${url}/ answered 200; GET ${url}/healthz: status 200`
    expect(await swap()).toMatchObject({ outcome: 'applied', evidence })
    expect(heard.map(({ method }) => method)).toEqual(['POST', 'GET'])
  })
  it('is in doubt where the probe says no', async () => {
    const { url } = await webServer([answer(200), answer(503)])
    const { swap } = await hooked(url, { verify: httpProbe(url, { times: 1, within: 50 }) })
    expect(await swap()).toMatchObject({
      outcome: 'failed',
      stage: 'verify',
      error: { code: 'VERIFY_FAILED' },
    })
  })
  it('takes only the statuses that were named', async () => {
    const { url } = await webServer([answer(202), answer(418)])
    const { loop, swap } = await hooked(url, { status: [200, 418] })
    expect(await swap()).toMatchObject({ outcome: 'failed', error: { code: 'APPLY_FAILED' } })
    expect(await loop.inSync()).toMatchObject({ outcome: 'applied', attempt: 2 })
  })
  it('does not follow a redirect, nor tell where it leads', async () => {
    const { url, heard } = await webServer([answer(307, '', { location: '/elsewhere?token=swordfish' })])
    const { swap } = await hooked(url)
    expect(await swap()).toMatchObject({
      outcome: 'failed',
      error: { message: `POST ${url}/ answered 307`, hint: expect.stringContaining('redirects') as string },
    })
    expect(heard).toHaveLength(1)
  })
  it('uses a connection for each request, and leaves neither it nor a timer', async () => {
    const { url, heard, connections } = await webServer([answer(500), answer(200)])
    const { swap } = await hooked(url, { timeout: 7777 })
    const [set, cleared] = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'clearTimeout')]
    onTestFinished(() => void vi.restoreAllMocks())
    await swap()
    expect(heard.map(({ headers }) => headers.connection)).toEqual(['close', 'close'])
    await expect.poll(connections).toBe(0)
    const timers = set.mock.results.filter((_, nth) => set.mock.calls[nth]?.[1] === 7777)
    expect(timers).toHaveLength(2)
    for (const { value } of timers) expect(cleared).toHaveBeenCalledWith(value)
  })
  it('stops at once when the loop closes, and leaves no connection', async () => {
    const { url, heard, connections } = await webServer([hang])
    const { volume, loop } = await hooked(url)
    await volume.swap({ 'app.yaml': 'other' })
    await expect.poll(() => heard.length).toBe(1)
    const started = performance.now()
    await loop.close()
    expect(performance.now() - started).toBeLessThan(1000)
    await expect.poll(connections).toBe(0)
  })
})

const nameOf = (url: string): string => webhook(url).name

describe('the options of a webhook', () => {
  it.each<[what: string, url: string, options: WebhookOptions]>([
    ['no URL', 'reload', {}],
    ['another protocol', 'ftp://example.org/', {}],
    ['a certificate without its key', 'https://example.org/', { tls: { cert: '/c' } }],
    ['TLS files for http', 'http://example.org/', { tls: { ca: '/ca' } }],
    ['two kinds of authorization', 'http://a:b@example.org/', { bearerFile: '/t' }],
    ['a header with a line break', 'http://example.org/', { headers: { 'x-a': 'swordfish\r\nx-b: 1' } }],
    ['a header with a blank', 'http://example.org/', { headers: { 'x a': '1' } }],
    ['no try at all', 'http://example.org/', { retry: { attempts: 0 } }],
  ])('refuses %s', (_, url, options) => {
    const make = (): unknown => webhook(url, options)
    expect(make).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }) as Error)
    expect(make).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('swordfish') as string }) as Error,
    )
  })
  it('take user and password out of the address', () => {
    expect(parseTarget('webhook', 'https://u:100%@h.example/').basic).toBe(`Basic ${btoa('u:100%')}`)
    expect(parseTarget('webhook', 'https://u:swordfish@h.example/a?b=1').url.href).toBe(
      'https://h.example/a?b=1',
    )
  })
  it('know what of the address must not be shown, as it is sent and decoded', () => {
    const { secrets } = parseTarget(
      'webhook',
      'https://bob:p%40ss@h.example/a/T024BE7LD9QQQQQQQ/?key=a%2Fb+c&lone',
    )
    const login = Buffer.from('bob:p@ss').toString('base64')
    const parts = ['bob', 'p%40ss', 'p@ss', login, 'T024BE7LD9QQQQQQQ', 'a%2Fb+c', 'a/b c', 'lone']
    expect(secrets).toEqual(expect.arrayContaining(['key=a%2Fb+c&lone', ...parts]))
    expect(secrets).not.toContain('a')
    expect(parseTarget('webhook', 'https://h.example/reload').secrets).toEqual([])
  })
  it('keeps out of its name what looks like a secret', () => {
    expect(nameOf('https://u:swordfish@h.example/configuration/backends?x=1#y')).toBe(
      'webhook https://h.example/configuration/backends',
    )
    expect(nameOf('https://chat.example/services/T0/aB3dE5fG7hJ9kL1mN3pQ5r')).toBe(
      'webhook https://chat.example/services/T0/…',
    )
    expect(nameOf('https://chat.example/api/webhooks/123456789012345678/x')).toBe(
      'webhook https://chat.example/api/webhooks/…/x',
    )
  })
})
