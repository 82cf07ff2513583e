import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Change, type Mount, watchConfigMap, type WatchOptions } from '@hotmount/core'
import { simulateMount } from '@hotmount/core/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { directory, mounted, opened } from '../../support/mounted.js'

const run = promisify(execFile)

/** Long enough for a ring, and no condition to wait for: the point is that nothing happens in it. */
const tick = (): Promise<void> => sleep(20)
const nextChange = (mount: Mount): Promise<Change> => new Promise((resolve) => mount.once('change', resolve))

describe('snapshots', () => {
  test('keys that did not change share their bytes with the snapshot before', async () => {
    const { volume, mount } = await mounted({ a: '1', big: 'x'.repeat(100_000) })
    const before = mount.snapshot
    await volume.swap({ a: '2', big: 'x'.repeat(100_000) })
    const after = await mount.resync()
    expect(after).not.toBe(before)
    expect(after.generation).toBe(2)
    const { entriesOf } = await import('../../../packages/core/src/mount/snapshot.js')
    expect(entriesOf(after).get('big')).toBe(entriesOf(before).get('big'))
    expect(entriesOf(after).get('a')).not.toBe(entriesOf(before).get('a'))
  })

  test('equal content has an equal digest, whatever the revision, and a value is a copy', async () => {
    const one = await mounted({ a: '1', b: '2' })
    const two = await mounted({ b: '2', a: '1' })
    expect(one.mount.snapshot.digest).toBe(two.mount.snapshot.digest)
    expect(one.mount.snapshot.revision).not.toBe(two.mount.snapshot.revision)
    one.mount.snapshot.bytes('a')[0] = 0
    expect(one.mount.snapshot.text('a')).toBe('1')
  })

  test('an unknown key is an error that names those that are there', async () => {
    const { mount } = await mounted({ 'app.yaml': '1' })
    const unknown = expect.objectContaining({ code: 'UNKNOWN_KEY', hint: 'there are: app.yaml' }) as Error
    for (const ask of ['text', 'bytes', 'hash'] as const)
      expect(() => mount.snapshot[ask]('app.yml')).toThrow(unknown)
    expect(() => mount.snapshot.pick('app.yaml', 'app.yml')).toThrow(unknown)
  })
})

describe('changes()', () => {
  test('a slow reader gets one change from what it saw last to now', async () => {
    const { volume, mount } = await mounted({ a: '1' })
    const changes = mount.changes({ initial: true })
    expect((await changes.next()).value).toMatchObject({ added: ['a'] })
    for (const a of ['2', '3', '4']) await volume.swap({ a })
    await volume.swap({ a: '5', b: '1' })
    await mount.resync()
    const { value } = (await changes.next()) as { value: Change }
    expect([value.previous.text('a'), value.snapshot.text('a')]).toEqual(['1', '5'])
    expect(value).toMatchObject({ added: ['b'], changed: ['a'], removed: [] })
  })

  test('a waiting reader is ended by close, broken by its signal, and leaves no listener', async () => {
    const { mount } = await mounted({ a: '1' })
    const controller = new AbortController()
    const broken = mount
      .changes({ signal: controller.signal })
      .next()
      .catch((error: unknown) => error)
    const ended = mount.changes().next()
    const left = mount.changes()
    const returned = left.next()
    await left.return?.()
    expect(await returned).toEqual({ done: true, value: undefined })
    controller.abort(new Error('enough'))
    expect(await broken).toMatchObject({ message: 'enough' })
    await mount.close()
    expect(await ended).toEqual({ done: true, value: undefined })
    expect(mount.listenerCount('change')).toBe(0)
  })
})

test.each(['current', 'links-first'] as const)(
  'who is told of a change finds new keys by their paths, and removed ones gone (%s)',
  async (order) => {
    const volume = await simulateMount({ stays: '1', goes: '1' }, { order })
    onTestFinished(() => volume[Symbol.asyncDispose]())
    const mount = await opened(volume.path)
    const seen: string[][] = []
    mount.on('change', () => seen.push(readdirSync(volume.path).filter((name) => !name.startsWith('..'))))
    // One operation at a time, with time in between for the watch to ring and to be too early.
    for await (const step of volume.steps({ stays: '1', comes: '1' })) if (step !== 'write') await tick()
    await mount.resync()
    expect(seen).toEqual([['comes', 'stays']])
  },
)

test('a kubelet that was killed before it made the links holds no change back for long', async () => {
  const { volume, mount } = await mounted({ a: '1' })
  for await (const step of volume.steps({ a: '1', b: '1' })) if (step === 'publish') break
  expect((await mount.resync()).text('b')).toBe('1')
})

describe('the end', () => {
  test('a signal closes the mount; aborted before, it rejects with its reason', async () => {
    const volume = await simulateMount({ a: '1' })
    onTestFinished(() => volume[Symbol.asyncDispose]())
    const controller = new AbortController()
    const mount = await watchConfigMap(volume.path, { signal: controller.signal })
    const closed = new Promise<void>((resolve) => mount.once('close', resolve))
    controller.abort(new Error('shutdown'))
    await closed
    await expect(mount.resync()).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(watchConfigMap(volume.path, { signal: controller.signal })).rejects.toThrow('shutdown')
    await expect(
      watchConfigMap('/nowhere', { signal: AbortSignal.timeout(50), wait: '1h' }),
    ).rejects.toMatchObject({
      name: 'TimeoutError',
    })
  })

  test.each([
    ['a closed one', 'await mount.close()', '{}'],
    ['one that keeps nothing alive', '', '{ keepAlive: false }'],
    ['one that polls and keeps nothing alive', '', '{ keepAlive: false, polling: true }'],
  ])('%s lets the process end', async (_, then, options) => {
    for (const content of ['{ a: "1" }', 'undefined']) {
      const script = `
        import { watchConfigMap } from '@hotmount/core'
        import { simulateMount } from '@hotmount/core/testing'
        import { mkdtempSync } from 'node:fs'
        const data = ${content}
        const path = data ? (await simulateMount(data)).path : mkdtempSync('/tmp/hotmount-plain-')
        const mount = await watchConfigMap(path, ${options})
        ${then}
        console.log(path)`
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
        cwd: join(import.meta.dirname, '../..'),
        timeout: 10_000,
      })
      // Reached only when the process ended by itself: killed by the time-out, run() rejects.
      expect(stdout).toMatch(/^\/.+\n$/)
      await rm(stdout.trim(), { recursive: true })
    }
  })
})

describe('paths', () => {
  test('a directory inside a mount watches the keys below it', async () => {
    const { volume } = await mounted({ 'tls/a': '1', 'tls/b': '1', other: '1' })
    const mount = await opened(join(volume.path, 'tls'))
    expect(mount.snapshot.keys()).toEqual(['tls/a', 'tls/b'])
    const change = nextChange(mount)
    await volume.swap({ 'tls/a': '2', 'tls/b': '1', other: '2' })
    expect(await change).toMatchObject({ changed: ['tls/a'] })
  })

  test('a missing key of a mount is told as such', async () => {
    const { volume } = await mounted({ 'app.yaml': '1' })
    const path = join(volume.path, 'app.yml')
    await expect(watchConfigMap(path)).rejects.toMatchObject({
      code: 'MOUNT_MISSING',
      message: `the mount ${volume.path} has no key app.yml`,
    })
  })

  test('a whole path that is swapped by one symlink above it is found by resync', async () => {
    const base = await directory()
    for (const name of ['one', 'two']) {
      await mkdir(join(base, name))
      await writeFile(join(base, name, 'a'), name)
    }
    await symlink('one', join(base, 'current'))
    const mount = await opened(join(base, 'current'), { resync: '200ms' })
    const change = nextChange(mount)
    await symlink('two', join(base, 'next'))
    await rename(join(base, 'next'), join(base, 'current'))
    expect((await change).snapshot.text('a')).toBe('two')
    const again = nextChange(mount)
    await writeFile(join(base, 'two', 'a'), 'again')
    expect((await again).snapshot.text('a')).toBe('again')
    await expect.poll(() => mount.health.watching).toBe('events')
  })

  test('an ordinary directory that becomes a kubelet volume is one from then on', async () => {
    const path = await directory()
    const mount = await opened(path, { emptied: 'accept' })
    expect(mount.layout).toBe('plain')
    const change = nextChange(mount)
    const volume = await simulateMount({ a: '1' }, { path })
    expect(await change).toMatchObject({ added: ['a'] })
    await expect.poll(() => mount.layout).toBe('atomic')
    const next = nextChange(mount)
    await volume.swap({ a: '2' })
    expect(await next).toMatchObject({ changed: ['a'] })
  })
})

test('NODE_DEBUG=hotmount prints every ring, and no value', async () => {
  const script = `
    import { watchConfigMap } from '@hotmount/core'
    import { simulateMount } from '@hotmount/core/testing'
    const volume = await simulateMount({ a: 'hunter2' })
    const mount = await watchConfigMap(volume.path)
    const changed = new Promise((resolve) => mount.once('change', resolve))
    await volume.swap({ a: 'hunter22' })
    await changed
    await mount.close()
    await volume[Symbol.asyncDispose]()`
  const { stderr } = await run(process.execPath, ['--input-type=module', '-e', script], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, NODE_DEBUG: 'hotmount' },
  })
  expect(stderr).toMatch(/HOTMOUNT \d+: ring .* \.\.data\n/)
  expect(stderr).toMatch(/emit change to 1/)
  expect(stderr).not.toContain('hunter2')
})

describe('trouble', () => {
  test('too many bytes are refused before they are read, and end with the trouble', async () => {
    const { volume } = await mounted({ a: 'x'.repeat(100) })
    await expect(watchConfigMap(volume.path, { maxBytes: 99 })).rejects.toMatchObject({
      code: 'MOUNT_TOO_LARGE',
    })
    const mount = await opened(volume.path, { maxBytes: 100 })
    const codes: string[] = []
    mount.on('error', (error) => codes.push(error.code))
    mount.on('recovered', (error) => codes.push(`${error.code} is over`))
    await volume.swap({ a: 'x'.repeat(101) })
    await mount.resync()
    await mount.resync()
    expect(mount.snapshot.text('a')).toHaveLength(100)
    await volume.swap({ a: 'y' })
    expect((await mount.resync()).text('a')).toBe('y')
    expect(codes).toEqual(['MOUNT_TOO_LARGE', 'MOUNT_TOO_LARGE is over'])
  })

  test.each([
    [{ keys: [] }, 'BAD_OPTION'],
    [{ emptied: 'ignore' }, 'BAD_OPTION'],
    [{ maxBytes: 0 }, 'BAD_OPTION'],
    [{ polling: 0 }, 'BAD_OPTION'],
    [{ resync: '0s' }, 'BAD_OPTION'],
    [{ debounce: 100 }, 'BAD_OPTION'],
    [{ settle: '1 s' }, 'BAD_DURATION'],
    [{ wait: -1 }, 'BAD_DURATION'],
  ])('a bad option is refused before anything is opened: %j', async (options, code) => {
    await expect(watchConfigMap('/nowhere', options as WatchOptions)).rejects.toMatchObject({ code })
  })
})
