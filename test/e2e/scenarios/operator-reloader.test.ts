import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { bin, launch, logged, volume } from '../../adapters/cli/support.js'
import { metricsIn } from '../../adapters/dropins/metrics-page.js'
import { scratch } from '../../adapters/process/children.js'
import { freePort } from '../../support/free-port.js'
import { describeWith, installed } from '../../support/servers.js'
import { mayUnshare, startPod } from '../namespace.js'
import { logs, startPrometheus } from './stage.js'

const config = (version: string, rules: string, more = ''): Buffer =>
  gzipSync(`
global: { external_labels: { prometheus_replica: $(POD_NAME), version: ${version} } }
rule_files: ['${rules}/*.yaml']
${more}`)

const rule = (name: string): string =>
  `groups: [{ name: g, rules: [{ record: ${name}, expr: vector(1) }] }]\n`

/** As the original has them. */
const published = {
  reloader_reloads_total: 'counter',
  reloader_reloads_failed_total: 'counter',
  reloader_last_reload_successful: 'gauge',
  reloader_last_reload_success_timestamp_seconds: 'gauge',
  reloader_config_apply_operations_total: 'counter',
  reloader_config_apply_operations_failed_total: 'counter',
  reloader_config_environment_variable_expansion_errors: 'gauge',
  reloader_info: 'gauge',
  reloader_watches: 'gauge',
  reloader_watch_events_total: 'counter',
  reloader_watch_errors_total: 'counter',
}

/** The volumes of a pod of the operator, and the words that both of its reloaders have. */
const operatorPod = async () => {
  const rules = await volume({ 'rules.yaml': rule('one') })
  const mounted = await volume({ 'prometheus.yaml.gz': config('one', rules.path) })
  const output = join(scratch(), 'prometheus.env.yaml')
  const words = [
    `--config-file=${mounted.path}/prometheus.yaml.gz`,
    `--config-envsubst-file=${output}`,
    `--watched-dir=${rules.path}`,
  ]
  const env = { ...process.env, POD_NAME: 'prometheus-k8s-0', SHARD: '0' }
  const swap = async (version: string, more?: string): Promise<string> =>
    String(await mounted.swap({ 'prometheus.yaml.gz': config(version, rules.path, more) }))
  const text = (): string => readFileSync(output, 'utf8')
  const init = launch(['--watch-interval=0', '--listen-address=:8081', ...words], env)
  await expect(init.exited).resolves.toBe(0)
  expect(text()).toContain('prometheus_replica: prometheus-k8s-0')
  return { rules, output, words, env, swap, text }
}

describeWith('prometheus', "the operator's prometheus-config-reloader", () => {
  it('expands and reloads by HTTP, with the same metrics, and leaves no refused config behind', async () => {
    const pod = await operatorPod()
    const prometheus = await startPrometheus(pod.output)
    const port = await freePort()
    const web = `http://127.0.0.1:${port}`
    const reloader = launch(
      [
        '--log-format=json',
        `--listen-address=127.0.0.1:${port}`,
        `--reload-url=${prometheus.url}/-/reload`,
        ...pod.words,
      ],
      pod.env,
    )
    const metrics = async () => metricsIn(await (await fetch(`${web}/metrics`)).text())
    await logged(reloader, { msg: 'config applied' })
    await expect(fetch(`${web}/healthz`).then((response) => response.text())).resolves.toBe('{"status":"up"}')

    await pod.swap('two')
    await vi.waitFor(async () => expect(await prometheus.config()).toContain('version: two'), 10_000)
    await pod.rules.swap({ 'rules.yaml': rule('two') })
    await vi.waitFor(async () => {
      const found = await (await fetch(`${prometheus.url}/api/v1/rules`)).text()
      expect(found).toContain('"name":"two"')
    }, 10_000)

    const good = pod.text()
    await pod.swap('three', 'lissten: hunter2000\n')
    const failed = await logged(reloader, { msg: 'config failed' })
    expect(failed).toMatchObject({
      stage: 'apply',
      error: expect.stringMatching(/answered 500: .*lissten not found/),
    })
    await vi.waitFor(() => expect(pod.text()).toBe(good))
    expect((await metrics()).samples).toMatchObject({ reloader_last_reload_successful: 0 })
    await pod.swap('four')
    await vi.waitFor(async () => expect(await prometheus.config()).toContain('version: four'), 10_000)
    await vi.waitFor(async () => expect((await metrics()).samples['reloader_last_reload_successful']).toBe(1))

    const { families, samples } = await metrics()
    expect(families).toEqual(published)
    expect(samples).toMatchObject({ 'reloader_info{method="http"}': 1, reloader_watches: 2 })
    expect(reloader.err()).not.toContain('hunter2000')
    reloader.child.kill('SIGTERM')
    await expect(reloader.exited).resolves.toBe(0)
  }, 60_000)

  it('waits for a Prometheus that is not there yet, and for a config that is not', async () => {
    const pod = await operatorPod()
    const port = await freePort()
    const words = [
      '--log-format=json',
      '--retry-interval=200ms',
      `--reload-url=http://127.0.0.1:${port}/-/reload`,
    ]
    const reloader = launch([...words, `--watched-dir=${scratch()}/none`, ...pod.words], pod.env)
    await logged(reloader, { msg: 'waiting for the mount', code: 'MOUNT_MISSING' })
    expect(reloader.child.exitCode).toBeNull()
    const other = launch([...words, ...pod.words], pod.env)
    await logged(other, { msg: 'config failed', stage: 'apply' })
    await startPrometheus(pod.output, port)
    await logged(other, { msg: 'config applied' })
  }, 60_000)

  it('writes the file again when somebody took it away', async () => {
    const pod = await operatorPod()
    const prometheus = await startPrometheus(pod.output)
    const words = ['--log-format=json', '--watch-interval=200ms', `--reload-url=${prometheus.url}/-/reload`]
    const reloader = launch([...words, ...pod.words], pod.env)
    await logged(reloader, { msg: 'config applied' })
    rmSync(pod.output)
    await logged(reloader, { msg: 'output written again' })
    expect(pod.text()).toContain('version: one')
  }, 60_000)

  describe.skipIf(!mayUnshare)('by signal, in a shared pid namespace [needs namespaces]', () => {
    it('proves by runtimeinfo that it was taken, and says when it was refused', async () => {
      const volumes = await operatorPod()
      const pod = await startPod()
      const port = await freePort()
      const url = `http://127.0.0.1:${port}`
      const server = [
        installed('prometheus') ?? '',
        `--config.file=${volumes.output}`,
        `--storage.tsdb.path=${scratch()}/data`,
      ]
      pod.run([...server, `--web.listen-address=127.0.0.1:${port}`])
      await vi.waitFor(
        async () => expect((await fetch(`${url}/-/ready`).catch(() => undefined))?.status).toBe(200),
        20_000,
      )
      const reloader = pod.run([
        'env',
        'POD_NAME=prometheus-k8s-0',
        process.execPath,
        bin,
        'prometheus-config-reloader',
        '--reload-method=signal',
        '--retry-interval=1s',
        `--runtimeinfo-url=${url}/api/v1/status/runtimeinfo`,
        ...volumes.words,
      ])
      await logs(reloader, 'evidence="reloadConfigSuccess is true and lastConfigTime moved on"')
      const good = volumes.text()
      await volumes.swap('bad', 'lissten: hunter2000\n')
      await logs(reloader, 'but it refused the config')
      await vi.waitFor(() => expect(volumes.text()).toBe(good))
      await volumes.swap('two')
      await logs(reloader, 'evidence="reloadConfigSuccess', 2)
      expect(await (await fetch(`${url}/api/v1/status/config`)).text()).toContain('version: two')
      expect(reloader.err()).not.toContain('hunter2000')
    }, 90_000)
  })
})
