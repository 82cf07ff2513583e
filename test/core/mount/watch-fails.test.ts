import fs, { type FSWatcher } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { mounted } from '../../support/mounted.js'

/** Every watch that is opened from now on, until the test is over. */
const watches = (): readonly FSWatcher[] => {
  const opened: FSWatcher[] = []
  const original = fs.watch
  const tap = (...args: unknown[]): FSWatcher => {
    const watcher = Reflect.apply(original, fs, args)
    opened.push(watcher)
    return watcher
  }
  Object.assign(fs, { watch: tap })
  syncBuiltinESMExports()
  onTestFinished(() => {
    Object.assign(fs, { watch: original })
    syncBuiltinESMExports()
  })
  return opened
}

/** The polls that run: begun from now on, and not ended. */
const polls = (): ReadonlySet<unknown> => {
  const running = new Set<unknown>()
  const [begin, end] = [globalThis.setInterval, globalThis.clearInterval]
  vi.stubGlobal('setInterval', (...args: Parameters<typeof begin>) => {
    const timer = begin(...args)
    if (args[1] === 1000) running.add(timer)
    return timer
  })
  vi.stubGlobal('clearInterval', (timer: NodeJS.Timeout) => {
    running.delete(timer)
    end(timer)
  })
  onTestFinished(() => void vi.unstubAllGlobals())
  return running
}

test('a watch that fails several times at once is replaced by one poll, which ends with the mount', async () => {
  const [opened, running] = [watches(), polls()]
  const { volume, mount } = await mounted({ a: '1' }, { resync: false })
  mount.on('error', () => undefined)
  for (let times = 0; times < 3; times++) opened[0]?.emit('error', new Error('no more events'))
  for (let turns = 0; turns < 10; turns++) await turn()
  expect(mount.health.watching).toBe('polling')
  expect(running.size).toBe(1)
  await volume.swap({ a: '2' })
  await expect.poll(() => mount.snapshot.text('a'), { timeout: 5000 }).toBe('2')
  await mount.close()
  expect(running.size).toBe(0)
})

test('a mount that is closed while its watch is replaced leaves no poll behind', async () => {
  const [opened, running] = [watches(), polls()]
  const { mount } = await mounted({ a: '1' }, { resync: false })
  mount.on('error', () => undefined)
  for (let times = 0; times < 2; times++) opened[0]?.emit('error', new Error('no more events'))
  await mount.close()
  for (let turns = 0; turns < 10; turns++) await turn()
  expect(running.size).toBe(0)
})
