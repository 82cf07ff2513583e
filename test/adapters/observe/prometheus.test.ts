import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { blocksOf } from '../../support/markdown.js'
import { directory } from '../../support/mounted.js'
import { recorder } from '../../support/recorder.js'
import { describeWith, installed } from '../../support/servers.js'
import { root } from '../../support/source-tree.js'
import { ask, scene, served } from './observing.js'

const page = readFileSync(join(root, 'docs/12-observing.md'), 'utf8')
const yamlBlock = (beginning: string): string =>
  blocksOf(page).find(({ info, text }) => info === 'yaml' && text.startsWith(beginning))?.text ?? ''

/** Judges a text as Prometheus' own tool does. */
const promtool = (args: readonly string[], input?: string): string => {
  const { stdout, stderr, status } = spawnSync(installed('promtool') ?? 'promtool', args, {
    input,
    encoding: 'utf8',
  })
  return status === 0 ? '' : `${stdout}${stderr}`
}

describeWith('prometheus', 'Prometheus', () => {
  it('scrapes with a token, and finds what there is', { timeout: 60_000 }, async () => {
    const { observed, loop, swap } = await scene(recorder())
    const home = await directory()
    const token = join(home, 'token')
    await writeFile(token, 'let-me-in\n')
    const { address } = await served([observed], { bearerFile: token })
    const port = await freePort()
    const config = join(home, 'prometheus.yml')
    await writeFile(
      config,
      `global: { scrape_interval: 1s }
scrape_configs:
  - job_name: hotmount
    authorization: { credentials_file: ${token} }
    static_configs: [{ targets: ['${address.replace('http://', '')}'] }]
`,
    )
    const web = `127.0.0.1:${port}`
    const flags = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${home}/data`,
      `--web.listen-address=${web}`,
    ]
    const prometheus = spawn(installed('prometheus') ?? '', flags, { stdio: 'ignore' })
    onTestFinished(async () => {
      prometheus.kill('SIGKILL')
      await once(prometheus, 'exit')
    })
    const query = async (expression: string): Promise<readonly (readonly [string, string])[]> => {
      const { body } = await ask(`http://${web}`, `/api/v1/query?query=${encodeURIComponent(expression)}`)
      const { data } = JSON.parse(body) as {
        data: { result: { metric: { reaction?: string }; value: [number, string] }[] }
      }
      return data.result.map(({ metric, value }) => [metric.reaction ?? '', value[1]])
    }
    await swap({ a: '2' })
    await loop.inSync()
    const wanted = 'hotmount_reloads_total{mount="web",outcome="applied"}'
    await vi.waitFor(async () => expect(await query(wanted)).toEqual([['recorder', '1']]), {
      timeout: 30_000,
      interval: 250,
    })
    expect(await query('hotmount_in_sync')).toEqual([['recorder', '1']])
    expect(
      await query('histogram_quantile(0.5, hotmount_publish_to_verified_seconds_bucket) < 60'),
    ).toHaveLength(1)
    const { body } = await ask(`http://${web}`, '/api/v1/targets')
    expect(JSON.parse(body)).toMatchObject({ data: { activeTargets: [{ health: 'up', lastError: '' }] } })
  })

  it('finds nothing to complain of in the metrics', async () => {
    const reaction = recorder()
    const { observed, loop, swap, volume, mount } = await scene(reaction)
    const { address } = await served([observed])
    await swap({ a: '2' })
    await loop.inSync()
    await volume.detach()
    await mount.resync()
    expect(promtool(['check', 'metrics'], (await ask(address, '/metrics')).body)).toBe('')
  })

  it('takes the scrape config and the alerts of the page as they are', async () => {
    const home = await directory()
    await writeFile(join(home, 'rules.yml'), yamlBlock('groups:'))
    expect(yamlBlock('groups:')).toContain('hotmount_')
    expect(promtool(['check', 'rules', join(home, 'rules.yml')])).toBe('')
    // Debian builds Prometheus without Kubernetes.
    const scrape = yamlBlock('scrape_configs:').replace(/kubernetes_sd_configs: .*/, 'static_configs: []')
    await writeFile(join(home, 'prometheus.yml'), scrape)
    expect(scrape).toContain('9533')
    expect(promtool(['check', 'config', '--syntax-only', join(home, 'prometheus.yml')])).toBe('')
  })
})
