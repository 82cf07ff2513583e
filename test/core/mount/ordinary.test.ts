import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { watchConfigMap } from '@hotmount/core'
import { expect, onTestFinished, test } from 'vitest'
import { directory, opened } from '../../support/mounted.js'

const run = promisify(execFile)

test('a FIFO, a link to nowhere and a circle of links are no keys and hang nothing', async () => {
  const path = await directory()
  await run('mkfifo', [join(path, 'fifo')])
  await symlink('.', join(path, 'circle'))
  await symlink('loop', join(path, 'loop'))
  await symlink('nowhere', join(path, 'dangling'))
  await writeFile(join(path, 'a'), '1')
  const mount = await opened(path)
  expect(mount.snapshot.keys()).toEqual(['a'])
})

test('a circle of links that comes later does not end the process, nor does one while closing', async () => {
  const path = await directory()
  await writeFile(join(path, 'a'), '1')
  const mount = await opened(path)
  const failures: unknown[] = []
  const fail = (error: unknown): void => void failures.push(error)
  process.on('uncaughtException', fail)
  onTestFinished(() => void process.off('uncaughtException', fail))
  for (const name of ['one', 'two', 'three']) await symlink(name, join(path, name))
  await writeFile(join(path, 'a'), '2')
  await expect.poll(() => mount.snapshot.text('a')).toBe('2')
  await symlink('four', join(path, 'four'))
  await mount.close()
  expect(failures).toEqual([])
  expect(mount.snapshot.keys()).toEqual(['a'])
})

test('directories that link to each other are each read once', async () => {
  const path = await directory()
  const names = Array.from({ length: 8 }, (_, index) => `d${index}`)
  for (const name of names) {
    await mkdir(join(path, name))
    await writeFile(join(path, name, 'key'), name)
    for (const other of names)
      if (other !== name) await symlink(join('..', other), join(path, name, `to-${other}`))
  }
  const mount = await opened(path, { polling: '1h' })
  expect(mount.snapshot.keys()).toEqual(names.map((name) => `${name}/key`))
})

test('a resync does not take a file that is being written', async () => {
  const path = await directory()
  const file = join(path, 'a')
  await writeFile(file, 'full 1')
  const mount = await opened(path, { resync: '200ms', settle: { quiet: '150ms', max: '10s' } })
  const seen: string[] = []
  mount.on('change', ({ snapshot }) => seen.push(snapshot.text('a')))
  // Truncated at a moment, and filled a moment later, again and again: a resync falls between the two.
  for (let round = 2; round < 12; round++) {
    await truncate(file)
    await new Promise((resolve) => setTimeout(resolve, 60))
    await writeFile(file, `full ${round}`)
  }
  await expect.poll(() => seen.at(-1), { timeout: 5000 }).toBe('full 11')
  expect(seen).not.toContain('')
})

test('what is written while the first read is under way is not lost', async () => {
  const path = await directory()
  const names = Array.from({ length: 900 }, (_, index) => `k${index}`)
  for (const name of names) await writeFile(join(path, name), 'v0')
  const state = { version: 0, isOpen: false }
  const opening = watchConfigMap(path, { settle: 0, resync: false }).finally(() => {
    state.isOpen = true
  })
  while (!state.isOpen) {
    state.version++
    for (const name of ['k0', 'k500', 'k899']) await writeFile(join(path, name), `v${state.version}`)
  }
  const mount = await opening
  onTestFinished(() => mount.close())
  await expect.poll(() => mount.snapshot.text('k0')).toBe(`v${state.version}`)
  await expect.poll(() => mount.snapshot.text('k899')).toBe(`v${state.version}`)
  expect(mount.health.missedEvents).toBe(0)
})

for (const [layout, of] of [
  ['a file of a directory', (path: string) => path],
  ['one file', (path: string) => join(path, 'a')],
] as const)
  for (const polling of [false, '20ms'] as const)
    test(`of ${layout}, no change is lost that comes a moment after another, polling: ${polling}`, async () => {
      const path = await directory()
      await writeFile(join(path, 'a'), 'v0')
      const mount = await opened(of(path), { settle: 0, resync: false, polling })
      for (let version = 1; version <= 20; version++) {
        await writeFile(join(path, 'a'), `v${version}`)
        await expect.poll(() => mount.snapshot.text('a'), { interval: 1 }).toBe(`v${version}`)
      }
    })

test('what comes a moment after the longest settle time is not lost', async () => {
  const path = await directory()
  const file = join(path, 'a')
  await writeFile(file, 'v0')
  const mount = await opened(path, { settle: { quiet: '200ms', max: '300ms' }, resync: false })
  let version = 0
  for (let round = 0; round < 3; round++) {
    const last = mount.snapshot.text('a')
    // Never quiet, so that a look comes at the longest time; then one more change at once.
    while (mount.snapshot.text('a') === last) await writeFile(file, `v${++version}`)
    await writeFile(file, `v${++version}`)
    await expect.poll(() => mount.snapshot.text('a')).toBe(`v${version}`)
  }
})

test('what a link leads to is read to its end, also where each read gives less than was asked for', async () => {
  // Of a list in /proc a read gives a page at most; a stopped process keeps its list as it is.
  const child = spawn(process.execPath, ['-e', "process.stdout.write('.'); process.stdin.resume()"])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  child.kill('SIGSTOP')
  const maps = `/proc/${child.pid}/maps`
  await expect.poll(() => readFileSync(`/proc/${child.pid}/stat`, 'latin1')).toMatch(/\) T /)
  const path = await directory()
  await symlink(maps, join(path, 'maps'))
  const whole = readFileSync(maps)
  expect(whole.length).toBeGreaterThan(4096)
  const mount = await opened(path)
  expect(mount.snapshot.bytes('maps').length).toBe(whole.length)
})
