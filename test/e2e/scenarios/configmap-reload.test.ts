import { expect, it, vi } from 'vitest'
import { launch, logged, volume } from '../../adapters/cli/support.js'
import { metricsIn } from '../../adapters/dropins/metrics-page.js'
import { freePort } from '../../support/free-port.js'
import { describeWith } from '../../support/servers.js'
import { startPrometheus } from './stage.js'

const config = (version: string, target: string): string => `
global: { scrape_interval: 200ms, external_labels: { version: ${version} } }
scrape_configs:
  - job_name: reloader
    static_configs: [{ targets: ['${target}'] }]
`

/** As the original has them: kind, and labels of each sample. */
const published = {
  configmap_reload_last_reload_error: ['gauge', ['webhook']],
  configmap_reload_last_request_duration_seconds: ['gauge', ['webhook']],
  configmap_reload_success_reloads_total: ['counter', ['webhook']],
  configmap_reload_request_errors_total: ['counter', ['webhook', 'reason']],
  configmap_reload_requests_total: ['counter', ['webhook', 'status_code']],
  configmap_reload_watcher_errors_total: ['counter', []],
} as const

const labelsIn = (samples: Readonly<Record<string, number>>, name: string): readonly string[] => {
  const sample = Object.keys(samples).find((each) => each.replace(/\{.*/, '') === name) ?? ''
  return [...sample.matchAll(/[{,](\w+)="/g)].map(([, label = '']) => label)
}

describeWith('prometheus', 'the flag line of configmap-reload, with Prometheus', () => {
  it('has Prometheus reload, which scrapes its metrics: the same names, kinds and labels', async () => {
    const port = await freePort()
    const target = `127.0.0.1:${port}`
    const mounted = await volume({ 'prometheus.yml': config('one', target) })
    const prometheus = await startPrometheus(`${mounted.path}/prometheus.yml`)
    const webhook = `${prometheus.url}/-/reload`
    const reloader = launch([
      `--volume-dir=${mounted.path}`,
      `--webhook-url=${webhook}`,
      `--webhook-method=POST`,
      `--web.listen-address=${target}`,
    ])
    await logged(reloader, { msg: 'watching' })
    expect(reloader.log()[0]).toMatchObject({ msg: 'drop-in mode', mode: 'configmap-reload' })

    await mounted.swap({ 'prometheus.yml': config('broken: [', target) })
    await logged(reloader, { msg: 'config failed' })
    await mounted.swap({ 'prometheus.yml': config('two', target) })
    await logged(reloader, { msg: 'config applied', evidence: 'it answered 200' })
    expect(await prometheus.config()).toContain('version: two')

    const series = (name: string): string => `configmap_reload_${name}{webhook="${webhook}"}`
    await vi.waitFor(
      async () => {
        expect(await prometheus.query(series('success_reloads_total'))).toBe(1)
        expect(await prometheus.query(series('last_reload_error'))).toBe(0)
        expect(await prometheus.query(`configmap_reload_requests_total{status_code="500"}`)).toBe(1)
      },
      { timeout: 20_000, interval: 100 },
    )
    const page = await (await fetch(`http://${target}/metrics`)).text()
    const { families, samples } = metricsIn(page)
    const found = Object.entries(families).map(([name, kind]) => [name, [kind, labelsIn(samples, name)]])
    expect(Object.fromEntries(found)).toEqual(published)
    expect(reloader.err()).not.toContain('scrape_interval')
  })
})
