import { mkdirSync, mkdtempSync, readdirSync, rmSync, watch } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AnyReaction,
  type Mount,
  reload,
  type Reloader,
  type Report,
  systemClock,
  watchConfigMap,
} from '@hotmount/core'
import { type SimulatedMount, simulateMount } from '@hotmount/core/testing'
import { vi } from 'vitest'
import { childrenOf } from '../e2e/namespace.js'
import { freePort } from '../support/free-port.js'
import type { Row, Stand } from './row.js'

/** A stand in use: its mount, and everything that was said. */
export interface Running extends Stand {
  readonly volume: SimulatedMount
  readonly mount: Mount
  readonly reports: Report[]
  readonly close: () => Promise<void>
}

/** Brings up one row with version v1 in effect. */
export const bringUp = async ({ build }: Row): Promise<Running> => {
  const ends: (() => unknown)[] = []
  const directory = mkdtempSync(join(tmpdir(), 'hotmount-contract-'))
  ends.push(() => rmSync(directory, { recursive: true, force: true }))
  const work = join(directory, 'work')
  mkdirSync(work, { mode: 0o777 })
  const volume = await simulateMount({ start: '1' }, { path: join(directory, 'mount') })
  ends.push(() => volume[Symbol.asyncDispose]())
  const port = await freePort()
  const ground = {
    mount: volume.path,
    work,
    port,
    publish: (data: Parameters<SimulatedMount['swap']>[0]) => volume.swap(data),
    defer: (end: () => unknown) => void ends.push(end),
  }
  const stand = await build(ground)
  // What a server has not read already: the first change must not bring new names.
  await volume.swap(stand.good('v1'))
  const mount = await watchConfigMap(volume.path)
  const close = async (): Promise<void> => {
    await mount.close()
    for (const end of ends.splice(0).toReversed()) await end()
  }
  return { ...stand, volume, mount, reports: [], close }
}

/** Runs a loop as long as `use` takes. What it reports is kept. */
export const withLoop = async <T>(
  { mount, reports }: Running,
  reaction: AnyReaction,
  use: (loop: Reloader) => Promise<T>,
): Promise<T> => {
  const loop = reload(mount, reaction, { retry: { min: 50, max: 200 } })
  loop.on('report', (report) => reports.push(report))
  try {
    return await use(loop)
  } finally {
    await loop.close()
  }
}

/** The first report on a revision, also when it has come already. */
export const reportOn = ({ reports }: Running, revision: string | undefined): Promise<Report> =>
  vi.waitFor(
    () => {
      const report = reports.find((each) => each.revision === revision)
      if (!report) throw new Error(`no report on ${String(revision)}`)
      return report
    },
    { timeout: 30_000, interval: 10 },
  )

/** What could be left behind: children, open files, and what keeps the event loop alive. */
export interface Belongings {
  readonly children: number
  readonly files: number
  readonly resources: Readonly<Record<string, number>>
}

const belongings = (): Belongings => {
  const resources: Record<string, number> = {}
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1
  return {
    children: childrenOf(process.pid).length,
    files: readdirSync('/proc/self/fd').length,
    resources,
  }
}

/** What there is before anything has begun. */
export const before = (): Belongings => {
  // The first watch of a process opens a file that stays.
  watch(tmpdir(), () => undefined).close()
  return belongings()
}

/** What there is more of now than then, in words. */
const added = (then: Belongings): readonly string[] => {
  const now = belongings()
  return [
    ...(now.children > then.children ? [`${now.children - then.children} children`] : []),
    ...(now.files > then.files ? [`${now.files - then.files} open files`] : []),
    ...Object.entries(now.resources)
      .filter(([name, count]) => count > (then.resources[name] ?? 0))
      .map(([name]) => `a ${name}`),
  ]
}

/** What is still there five seconds after the end that was not there before. */
export const leftovers = async (then: Belongings): Promise<readonly string[]> => {
  const until = systemClock.now() + 5000
  // Not vi.waitFor: its timers would be counted.
  for (;;) {
    const left = added(then)
    if (left.length === 0 || systemClock.now() >= until) return left
    await systemClock.sleep(20)
  }
}
