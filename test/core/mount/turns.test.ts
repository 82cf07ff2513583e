import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { simulateMount } from '@hotmount/core/testing'
import { expect, onTestFinished, test } from 'vitest'
import { mounted, opened } from '../../support/mounted.js'

type Call = 'openSync' | 'readSync' | 'readdirSync' | 'readlinkSync' | 'lstatSync' | 'statSync'

/** Tells of each of these calls, below a path, until the test is over. */
const tapped = (calls: readonly Call[], tell: (call: Call, path: unknown) => void): void => {
  const undo = calls.map((call) => {
    const original = fs[call] as (...args: unknown[]) => unknown
    const tap = (path: unknown, ...rest: unknown[]): unknown => {
      tell(call, path)
      return original(path, ...rest)
    }
    Object.assign(fs, { [call]: tap })
    return () => Object.assign(fs, { [call]: original })
  })
  syncBuiltinESMExports()
  onTestFinished(() => {
    for (const one of undo) one()
    syncBuiltinESMExports()
  })
}

const spin = (ms: number): void => {
  const until = performance.now() + ms
  while (performance.now() < until);
}

const keysOf = (count: number, value: string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, `${value}-${index}`]))

test('timers run between any two slices of a read, the first two as well', async () => {
  const { volume, mount } = await mounted(keysOf(40, 'a'), { resync: false })
  let read = 0
  // Each key takes longer than a slice: one is read before it begins to count, and three until little is enough too.
  tapped(['openSync'], (_, path) => {
    if (!String(path).startsWith(volume.path)) return
    spin(1.5)
    read += 1
  })
  const atTicks: number[] = [0]
  const ticks = setInterval(() => atTicks.push(read), 1)
  const changed = new Promise((resolve) => mount.once('change', resolve))
  await volume.swap(keysOf(40, 'b'))
  await changed
  clearInterval(ticks)
  atTicks.push(read)
  const between = atTicks.slice(1).map((now, index) => now - (atTicks[index] ?? 0))
  expect(read).toBe(40)
  expect(Math.max(...between)).toBeLessThanOrEqual(4)
})

test('a few keys are read in one turn, although a thread may have to wait for its core', async () => {
  const { volume, mount } = await mounted(keysOf(10, 'a'), { resync: false })
  const turns = { passed: 0, atFirst: -1, atLast: -1 }
  tapped(['openSync'], (_, path) => {
    if (!String(path).startsWith(volume.path)) return
    if (turns.atFirst < 0) turns.atFirst = turns.passed
    turns.atLast = turns.passed
    spin(0.2)
  })
  let isDone = false
  const count = (): void => {
    turns.passed += 1
    if (!isDone) setImmediate(count)
  }
  count()
  const changed = new Promise((resolve) => mount.once('change', resolve))
  await volume.swap(keysOf(10, 'b'))
  await changed
  isDone = true
  expect(turns.atFirst).toBeGreaterThan(0)
  expect(turns.atLast).toBe(turns.atFirst)
})

/** How often each of these was called below a path, or on a descriptor. */
const counted = async (path: string, act: () => Promise<unknown>): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {}
  tapped(['openSync', 'readSync', 'readdirSync', 'readlinkSync', 'lstatSync', 'statSync'], (call, of) => {
    if (typeof of === 'number' || String(of).startsWith(path)) counts[call] = (counts[call] ?? 0) + 1
  })
  await act()
  return counts
}

test.each([1, 20])(
  'of a swap of %d keys each is opened and read once, all else is asked once or twice',
  async (count) => {
    const { volume, mount } = await mounted(keysOf(count, 'a'), { resync: false })
    const changed = new Promise((resolve) => mount.once('change', resolve))
    const calls = await counted(volume.path, async () => {
      await volume.swap(keysOf(count, 'b'))
      await changed
    })
    // One link says which revision, one that it did not move; a third where an event after the swap asks again.
    const { readlinkSync = 0, ...others } = calls
    expect(others).toEqual({ openSync: count, readSync: count, readdirSync: 1 })
    expect(readlinkSync).toBeGreaterThanOrEqual(2)
    expect(readlinkSync).toBeLessThanOrEqual(3)
  },
)

test('when it was published is asked once, and only if somebody wants to know', async () => {
  const { volume, mount } = await mounted({ a: '1' }, { resync: false })
  const calls = await counted(volume.path, async () => {
    expect(mount.snapshot.publishedAt).toEqual(mount.snapshot.publishedAt)
  })
  expect(calls).toEqual({ lstatSync: 1, readlinkSync: 1 })
})

const callsOfOpening = async (count: number): Promise<Record<string, number>> => {
  const volume = await simulateMount(keysOf(count, 'a'))
  onTestFinished(() => volume[Symbol.asyncDispose]())
  return counted(volume.path, () => opened(volume.path))
}

test('what opening a mount asks for, but for each key, does not grow with their number', async () => {
  const { openSync: one = 0, readSync: readOne = 0, ...few } = await callsOfOpening(1)
  const { openSync: all = 0, readSync: readAll = 0, ...many } = await callsOfOpening(30)
  expect([all - one, readAll - readOne]).toEqual([29, 29])
  expect(many).toEqual(few)
})
