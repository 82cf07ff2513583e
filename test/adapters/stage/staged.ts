import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type AnyReaction, reload, type Reloader, type ReloadOptions, type Report } from '@hotmount/core'
import type { Data, SimulatedMount } from '@hotmount/core/testing'
import { expect, onTestFinished } from 'vitest'
import { mounted } from '../../support/mounted.js'

/** A path that does not exist yet, below a directory that is gone when the test is. */
export const emptyInto = (): string => {
  const base = mkdtempSync(path.join(tmpdir(), 'hotmount-stage-'))
  onTestFinished(() => rmSync(base, { recursive: true, force: true }))
  return path.join(base, 'into')
}

const linkOf = (link: string): string | undefined => {
  try {
    return readlinkSync(link)
  } catch {
    return undefined
  }
}

const textsIn = (directory: string, prefix = ''): Record<string, string> =>
  Object.assign(
    {},
    ...readdirSync(path.join(directory, prefix), { withFileTypes: true }).map((entry) => {
      const inner = path.posix.join(prefix, entry.name)
      return entry.isDirectory()
        ? textsIn(directory, inner)
        : { [inner]: readFileSync(path.join(directory, inner), 'utf8') }
    }),
  ) as Record<string, string>

/** What a server finds below `..data`. */
export const shown = (into: string): Record<string, string> | undefined =>
  existsSync(path.join(into, '..data')) ? textsIn(path.join(into, '..data')) : undefined

/** What a new start would begin with. */
export const proven = (into: string): Record<string, string> | undefined => {
  const revision = linkOf(path.join(into, '..verified'))
  return revision === undefined ? undefined : textsIn(path.join(into, revision))
}

/** Every name in the directory; revisions as `R`, links with where they lead. */
export const listing = (into: string): readonly string[] =>
  readdirSync(into)
    .map((name) => {
      const target = linkOf(path.join(into, name))
      return `${name}${target === undefined ? '' : ` -> ${target}`}`.replaceAll(/\.\.\d{4}[_\d]*\.\d+/g, 'R')
    })
    .toSorted()

/** Permission bits of a path, as one writes them. */
export const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8)

/** A volume, and a loop that stages it. */
export interface Staged {
  readonly volume: SimulatedMount
  readonly loop: Reloader
  readonly reports: Report[]
  /** Publishes data; the report of the first attempt at it. */
  readonly swap: (data: Data) => Promise<Report>
}

/** Runs a reaction on a simulated volume; all of it ends with the test. */
export const staged = async (
  reaction: AnyReaction,
  data: Data,
  options: ReloadOptions = { initial: true },
): Promise<Staged> => {
  const { volume, mount } = await mounted(data)
  const loop = reload(mount, reaction, options)
  onTestFinished(() => loop.close())
  const reports: Report[] = []
  loop.on('report', (report) => reports.push(report))
  if (options.initial === true) await expect.poll(() => reports.length).toBe(1)
  const swap = async (next: Data): Promise<Report> => {
    const from = reports.length
    await volume.swap(next)
    await mount.resync()
    await expect.poll(() => reports.length, { interval: 5, timeout: 10_000 }).toBeGreaterThan(from)
    return reports[from] as Report
  }
  return { volume, loop, reports, swap }
}
