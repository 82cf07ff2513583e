import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { freePort } from '../support/free-port.js'
import { root } from '../support/source-tree.js'
import { answer, webServer } from '../support/web-server.js'
import { describeImage, volume } from './support/image.js'
import { answerOf } from './support/nginx.js'

const page = readFileSync(path.join(root, 'docs/14-image.md'), 'utf8')

/** The figures of a row of the page: `| name … | 5.4 MB | 2.4 MB |`. */
const row = (name: string): readonly number[] => {
  const line = page.split('\n').find((each) => each.startsWith(`| ${name}`)) ?? ''
  return [...line.matchAll(/\| (\d+(?:\.\d+)?) (?:MB|MiB) (?=\|)/g)].map(([, figure]) => Number(figure))
}
const megabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10
/** Whether a page may go on saying this. */
const isNear = (said: number | undefined, measured: number, within: number): boolean =>
  said !== undefined && Math.abs(said - measured) <= Math.max(0.5, measured * within)

/** MiB of a process, by what /proc calls them. */
const memoryOf = (pid: number, field: 'VmRSS' | 'VmHWM' | 'RssAnon'): number => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(status)?.[1]) / 102.4) / 10
}
/** CPU time of a process so far, in ms. Linux counts it in hundredths of a second. */
const cpuOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const keys = (version: number): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from({ length: 10 }, (_, key) => [`key-${key}`, `${version} `.repeat(1000)]))
const swaps = 300
const limit = 128 * 1024 * 1024

describeImage('what the image costs', 'hotmount', (built) => {
  it('is on disk and over the network what docs/14-image.md says', () => {
    const layers = built()
      .layers()
      .map(({ unpacked, packed }) => [megabytes(unpacked), megabytes(packed)] as const)
    const total = [0, 1].map((column) => layers.reduce((sum, layer) => sum + (layer[column] ?? 0), 0))
    const measured = Object.entries({
      system: layers[0],
      node: layers[1],
      hotmount: layers[2],
      '**total**': total,
    })
    console.log(JSON.stringify(Object.fromEntries(measured)))
    expect(layers).toHaveLength(3)
    for (const [name, figures = []] of measured)
      for (const [column, figure] of figures.entries())
        expect([name, row(name)[column], figure, isNear(row(name)[column], figure, 0.05)]).toEqual([
          name,
          expect.any(Number),
          figure,
          true,
        ])
  })
  it('takes the memory that docs/14-image.md says, and a storm of swaps within the limit of deploy/', async () => {
    const [target, port, mount] = [await webServer([answer(200)]), await freePort(), await volume(keys(0))]
    const container = await built().start({
      args: ['sidecar', '--mount', '/etc/config', '--webhook', target.url, '--listen', String(port)],
      binds: [{ from: mount.path, to: '/etc/config' }],
      memory: limit,
    })
    await container.printed(/"msg":"config applied"/)
    expect(await answerOf(port, '/metrics')).toContain('hotmount_')
    const { pid } = container
    const idle = memoryOf(pid, 'VmRSS')
    const before = cpuOf(pid)
    for (let version = 1; version <= swaps; version += 1) await mount.swap(keys(version))
    const last = await mount.swap(keys(swaps + 1))
    await container.printed(new RegExp(`"revision":"${last}".*"msg":"config applied"`))
    const perSwap = Math.round(((cpuOf(pid) - before) / swaps) * 10) / 10
    const peak = memoryOf(pid, 'VmHWM')
    console.log(JSON.stringify({ idle, ofIt: memoryOf(pid, 'RssAnon'), peak, perSwap }))
    // Leaner than said is good news, up to the point where the page is plainly old.
    for (const [name, measured] of Object.entries({ idle, storm: peak })) {
      const [said = 0] = row(name)
      const isTrue = measured < said * 1.1 && measured > said * 0.7
      expect([name, said, measured, isTrue]).toEqual([name, said, measured, true])
    }
    expect(peak).toBeLessThan((0.75 * limit) / 1024 / 1024)
  })
})
