import { describe, expect, it, vi } from 'vitest'
import { labelOf } from '../../../packages/adapters/src/dropins/configmap-reload/label.js'
import { configmapReloadMetrics } from '../../../packages/adapters/src/dropins/configmap-reload/metrics.js'
import { webhooksReaction } from '../../../packages/adapters/src/dropins/configmap-reload/webhooks.js'
import { openMeters } from '../../../packages/adapters/src/dropins/meters.js'
import { freePort } from '../../support/free-port.js'
import { rig } from '../../support/loop-rig.js'
import { answer, hang, webServer } from '../../support/web-server.js'
import { begin, finish, volume } from '../cli/support.js'
import { metricsIn } from './metrics-page.js'

/** A loop over webhooks on a clock that stands still, and what is counted. */
const calling = async (urls: readonly string[], { tries = 1, status = 200 } = {}) => {
  const meters = await openMeters(configmapReloadMetrics)
  const webhooks = urls.map((url) => ({ url, label: labelOf(url) }))
  const reaction = webhooksReaction({ webhooks, method: 'POST', status, tries }, meters)
  const loop = await rig(reaction, { retry: { min: 10_000, max: 10_000 } })
  const samples = async () => metricsIn(await meters.page()).samples
  /** Lets the requests of this moment come to their ends. */
  const told = async (count: number): Promise<void> => {
    await vi.waitFor(async () => {
      await loop.clock.advance(0)
      expect(loop.told).toHaveLength(count)
    })
  }
  return { ...loop, samples, reports: told }
}

describe('webhooks', () => {
  it('are called in order, with no body, and counted', async () => {
    const order: string[] = []
    const [first, second] = await Promise.all(
      ['first', 'second'].map((name) =>
        webServer([
          (response) => {
            order.push(name)
            response.writeHead(200).end()
          },
        ]),
      ),
    )
    const { set, reports, samples } = await calling([`${first?.url}/a`, `${second?.url}/b`])
    await set('2')
    await reports(1)
    expect(order).toEqual(['first', 'second'])
    expect(first?.heard[0]).toMatchObject({ method: 'POST', path: '/a', body: '' })
    expect(await samples()).toMatchObject({
      [`configmap_reload_success_reloads_total{webhook="${first?.url}/a"}`]: 1,
      [`configmap_reload_requests_total{webhook="${second?.url}/b",status_code="200"}`]: 1,
      [`configmap_reload_last_reload_error{webhook="${second?.url}/b"}`]: 0,
    })
  })
  it('that fail are called again every 10 s, and those that confirmed are not', async () => {
    const good = await webServer([answer(200)])
    const flaky = await webServer([answer(503), answer(503), answer(200)])
    const { set, reports, clock, told, samples } = await calling([flaky.url, good.url])
    await set('2')
    await reports(1)
    await clock.advance(9_999)
    expect(flaky.heard).toHaveLength(1)
    await clock.advance(1)
    await reports(2)
    await clock.advance(10_000)
    await reports(3)
    expect([flaky.heard.length, good.heard.length]).toEqual([3, 1])
    expect(told.at(-1)).toContain('applied')
    const errors = 'configmap_reload_request_errors_total'
    expect(await samples()).toMatchObject({
      [`${errors}{webhook="${flaky.url}",reason="client_response"}`]: 2,
      [`${errors}{webhook="${flaky.url}",reason="retries_exhausted"}`]: 1,
      [`configmap_reload_last_reload_error{webhook="${flaky.url}"}`]: 0,
    })
  })
  it('are called again for an earlier config when a later one may have been taken', async () => {
    const flaky = await webServer([answer(200), answer(503), answer(200)])
    const { set, reports } = await calling([flaky.url])
    await set('2')
    await reports(1)
    await set('3')
    await reports(2)
    await set('2')
    await reports(3)
    expect(flaky.heard).toHaveLength(3)
  })
  it.each<[tries: number, exhausted: number | undefined]>([
    [3, 1],
    [-1, undefined],
  ])('with -webhook-retries %d', async (tries, exhausted) => {
    const bad = await webServer([answer(500)])
    const { set, reports, clock, samples } = await calling([bad.url], { tries })
    await set('2')
    for (let count = 1; count <= 4; count++) {
      await reports(count)
      await clock.advance(10_000)
    }
    const counted = await samples()
    expect(
      counted[`configmap_reload_request_errors_total{webhook="${bad.url}",reason="retries_exhausted"}`],
    ).toBe(exhausted)
  })
  it('are not called at all with -webhook-retries 0', async () => {
    const target = await webServer([answer(200)])
    const { set, reports, told } = await calling([target.url], { tries: 0 })
    await set('2')
    await reports(1)
    expect([target.heard.length, told.length]).toEqual([0, 1])
  })
  it('take one status only', async () => {
    const target = await webServer([answer(200), answer(204)])
    const { set, reports, clock, told } = await calling([target.url], { status: 204 })
    await set('2')
    await reports(1)
    await clock.advance(10_000)
    await reports(2)
    expect(told.map((each) => /applied|failed/.exec(each)?.[0])).toEqual(['failed', 'applied'])
  })
  it('that hang do not keep a newer change away for ever', async () => {
    const target = await webServer([hang, answer(200)])
    const { set, clock, reports, told } = await calling([target.url])
    await set('2')
    await vi.waitFor(() => expect(target.heard).toHaveLength(1))
    // The stage ends by the loop's own time-out, whatever the target does.
    await clock.advance(30_000)
    await reports(1)
    await set('3')
    await reports(2)
    expect(told).toEqual(['failed TIMED_OUT', 'applied'])
  })
})

describe('the label of a webhook', () => {
  it.each<[given: string, label: string]>([
    ['http://127.0.0.1:9090/-/reload', 'http://127.0.0.1:9090/-/reload'],
    ['http://prometheus', 'http://prometheus'],
    ['http://me:swordfish@a/-/reload', 'http://me:xxxxx@a/-/reload'],
    ['http://me@a/x', 'http://me@a/x'],
    ['http://a/x?token=swordfish&on', 'http://a/x?token=xxxxx&xxxxx'],
    [
      'https://hooks.chat.example/services/T01234567AB/swordfishSWORDFISH0123',
      'https://hooks.chat.example/services/T01234567AB/xxxxx',
    ],
  ])('%s', (given, label) => expect(labelOf(given)).toBe(label))
  it.each(['ftp://a', 'nonsense', ''])('is refused for %j', (given) =>
    expect(() => labelOf(given)).toThrow(/^-webhook-url needs a URL/),
  )
})

describe('hotmount configmap-reload', () => {
  it('ends with 1 and its help when it lacks a directory or a URL', async () => {
    const [noDirectory, noUrl] = await Promise.all([
      finish(['configmap-reload', '-webhook-url=http://a']),
      finish(['configmap-reload', '-volume-dir=/c']),
    ])
    expect([noDirectory.code, noUrl.code]).toEqual([1, 1])
    expect(noDirectory.err).toMatch(/^Missing volume-dir\n\nhotmount configmap-reload: /)
    expect(noUrl.err).toMatch(/^Missing webhook-url\n/)
  })
  it.each<[words: string, code: number, message: RegExp]>([
    ['-volume-dir=/none -webhook-url=http://a -web.listen-address=127.0.0.1:0', 1, /"code":"MOUNT_MISSING"/],
    ['-nonsense', 2, /there is no flag -nonsense/],
    ['-webhook-retries=many', 2, /-webhook-retries: "many" is not a whole number/],
    ['-web.listen-address=9533', 2, /-web\.listen-address: "9533" is not an address/],
    ['-webhook-method=SHOUT', 2, /there is no method "SHOUT"/],
    ['-web.telemetry-path=metrics', 2, /a path begins with a slash/],
    ['-webhook-url=ftp://me:swordfish@a', 2, /-webhook-url needs a URL/],
  ])('%s ends with %d', async (words, code, message) => {
    const ended = await finish(['configmap-reload', ...words.split(' ')])
    expect(ended.code).toBe(code)
    expect(ended.err).toMatch(message)
    expect(ended.err).not.toContain('swordfish')
  })
  it('ends with 1 when the port is taken', async () => {
    const { port } = await webServer([])
    const { path } = await volume({ a: '1' })
    const ended = await finish([
      'configmap-reload',
      `-volume-dir=${path}`,
      '-webhook-url=http://a',
      `-web.listen-address=127.0.0.1:${port}`,
    ])
    expect(ended.code).toBe(1)
    expect(ended.err).toContain(`cannot listen on 127.0.0.1:${port} (EADDRINUSE)`)
  })
  it('serves a landing page, its metrics where they are wanted, and nothing to a POST', async () => {
    const port = await freePort()
    const { path } = await volume({ a: '1' })
    const session = begin([
      '-volume-dir',
      path,
      '-webhook-url=http://127.0.0.1:1/',
      `-web.listen-address=127.0.0.1:${port}`,
      '-web.telemetry-path=/my&metrics',
    ])
    await vi.waitFor(() => expect(session.err()).toContain('"msg":"watching"'))
    const at = async (where: string, method = 'GET') => {
      const response = await fetch(`http://127.0.0.1:${port}${where}`, { method })
      return [response.status, response.headers.get('content-type'), await response.text()] as const
    }
    const [landing, metrics, post] = await Promise.all([at('/any'), at('/my&metrics'), at('/', 'POST')])
    expect(landing.slice(0, 2)).toEqual([200, 'text/html; charset=utf-8'])
    expect(landing[2]).toContain('<a href="/my&#38;metrics">Metrics</a>')
    expect(metrics[0]).toBe(200)
    expect(metrics[1]).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(metrics[2]).toContain('configmap_reload_watcher_errors_total 0')
    expect(post[0]).toBe(405)
    session.stop()
    await expect(session.code).resolves.toBe(0)
  })
})
