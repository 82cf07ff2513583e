import { spawn } from 'node:child_process'
import {
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { directory } from '../../support/mounted.js'

const queued = Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'))
const fixture = join(import.meta.dirname, 'fixtures/overflow.mjs')

/** One swap as a kubelet does it, without a pause: five events of the directory. */
const swap = (path: string, number: number): void => {
  const name = `..2026_11_28_12_00_00.${1_000_000_000 + number}`
  mkdirSync(join(path, name))
  writeFileSync(join(path, name, 'a'), String(number))
  symlinkSync(name, join(path, '..data_tmp'))
  const old = number === 0 ? undefined : readlinkSync(join(path, '..data'))
  renameSync(join(path, '..data_tmp'), join(path, '..data'))
  if (old === undefined) symlinkSync('..data/a', join(path, 'a'))
  else rmSync(join(path, old), { recursive: true })
}

interface Came {
  readonly events: number
  readonly missedEvents: number
  readonly errors: readonly string[]
}

/** What a process sees that stood still while this was written. */
const cameOf = async (path: string, last: number, resync: string, write: () => void): Promise<Came> => {
  swap(path, 0)
  const child = spawn(process.execPath, [fixture, path, String(last), resync], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  const state = (): string => readFileSync(`/proc/${child.pid}/stat`, 'utf8').replace(/.*\) /, '')[0] ?? ''
  await expect.poll(() => [lines[0], state()], { timeout: 10_000 }).toEqual(['ready', 'T'])
  write()
  child.kill('SIGCONT')
  await expect.poll(() => lines.length, { timeout: 10_000 }).toBe(2)
  return JSON.parse(lines[1] ?? '') as Came
}

test('the last of more swaps than the queue of the kernel holds is seen, without a resync', async () => {
  const path = await directory()
  const swaps = Math.ceil(queued / 5) + 100
  const came = await cameOf(path, swaps, 'never', () => {
    for (let number = 1; number <= swaps; number += 1) swap(path, number)
  })
  // It was full: fewer events than were made.
  expect(came.events).toBeLessThanOrEqual(queued)
  expect(swaps * 5).toBeGreaterThan(queued)
  expect(came).toMatchObject({ missedEvents: 0, errors: [] })
})

test('a swap of which the queue held nothing at all is found by the resync, counted and reported', async () => {
  const path = await directory()
  const came = await cameOf(path, 1, '200ms', () => {
    // Names that publish nothing, two events each: what is left of the queue when the swap comes is none.
    for (let number = 0; number <= queued / 2; number += 1) {
      mkdirSync(join(path, `..made-${number}`))
      rmdirSync(join(path, `..made-${number}`))
    }
    swap(path, 1)
  })
  expect(came.events).toBeLessThanOrEqual(queued)
  expect(came).toMatchObject({ missedEvents: 1, errors: ['WATCH_LIMIT'] })
})
