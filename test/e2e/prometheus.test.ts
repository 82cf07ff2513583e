import { join } from 'node:path'
import { prometheus } from '@hotmount/adapters/prometheus'
import { describe, expect, it } from 'vitest'
import { describeWith, installed } from '../support/servers.js'
import { losesNothing, survivesItsDeath, takesAndRefuses } from './scenario.js'
import { start, type Subject } from './subject.js'

const config = (version: string, more = ''): string =>
  `global:\n  external_labels:\n    version: ${version}\n${more}`
const url = (port: number): string => `http://127.0.0.1:${port}`

const byPost: Subject = {
  good: (version) => ({ 'prometheus.yml': config(version) }),
  broken: () => ({ 'prometheus.yml': config('x', 'lissten: hunter2000\n') }),
  command: ({ mount, work, port }) => [
    installed('prometheus') ?? 'prometheus',
    `--config.file=${join(mount, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(work, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-lifecycle',
    '--log.level=error',
  ],
  answer: async ({ port }) => {
    const response = await fetch(`${url(port)}/api/v1/status/config`).catch(() => undefined)
    return /version: (\w+)/.exec((await response?.text()) ?? '')?.[1] ?? ''
  },
  reaction: (place) => prometheus({ command: byPost.command(place), url: url(place.port) }),
}
const bySignal: Subject = {
  ...byPost,
  reaction: (place, process) =>
    prometheus({ process, command: byPost.command(place), url: url(place.port), reload: 'signal' }),
}
const evidence = /^config_last_reload_successful is 1 and its time stamp moved on$/
const refusal = /field lissten not found/

describeWith('prometheus', 'Prometheus', () => {
  takesAndRefuses(byPost, { evidence, refusal })
  describe('by signal', () => {
    takesAndRefuses(bySignal, { evidence, refusal })
  })
  survivesItsDeath(bySignal, /got the signal, but it has exited$/)
  losesNothing({ ...byPost, loadPath: '/-/ready' })

  it('tells what Prometheus answers to a config that its check has not seen, without values', async () => {
    const unchecked: Subject = {
      ...byPost,
      reaction: ({ port }) => prometheus({ url: url(port), check: false }),
    }
    const server = await start(unchecked)
    const report = await server.swap({ 'prometheus.yml': 'global:\n  scrape_interval: hunter2000\n' })
    expect(report).toMatchObject({
      outcome: 'failed',
      stage: 'apply',
      error: {
        code: 'APPLY_FAILED',
        message: expect.stringMatching(
          /^POST \S+\/-\/reload was answered with status 500: failed to reload config[^]*not a valid duration string: "\[redacted\]"/,
        ),
      },
    })
    expect(JSON.stringify(report)).not.toContain('hunter2000')
    expect(await server.answer()).toBe('v1')
  })

  it('says by signal that it was refused, as soon as the metrics tell', async () => {
    const unchecked: Subject = {
      ...bySignal,
      reaction: ({ port }, process) =>
        prometheus({ process, url: url(port), reload: 'signal', check: false }),
    }
    const server = await start(unchecked)
    expect(await server.swap(unchecked.broken(server.place))).toMatchObject({
      outcome: 'failed',
      error: { code: 'VERIFY_FAILED', message: expect.stringContaining('but it refused the config') },
    })
  })
})
