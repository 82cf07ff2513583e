import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Change, inspectMount, watchConfigMap } from '@hotmount/core'
import { simulateMount } from '@hotmount/core/testing'
import { expect, onTestFinished, test } from 'vitest'
import { LiveMount } from '../../../packages/core/src/mount/live-mount.js'
import { describeWith } from '../../support/servers.js'

// A real FUSE mount: what is written behind it makes no event in front of it.
describeWith('bindfs', 'a file system that announces nothing', () => {
  test('is polled from the start, and inspect says so', async () => {
    const base = await mkdtemp(join(tmpdir(), 'hotmount-silent-'))
    const volume = await simulateMount({ a: '1' }, { path: join(base, 'volume') })
    const front = join(base, 'front')
    await mkdir(front)
    const before = (await stat(front)).dev
    const args = ['-f', '-o', 'attr_timeout=0,entry_timeout=0,negative_timeout=0', volume.path, front]
    const daemon = spawn('bindfs', args, { stdio: 'inherit' })
    onTestFinished(async () => {
      const ended = once(daemon, 'exit')
      execFileSync('umount', [front])
      await ended
      await rm(base, { recursive: true, force: true })
    })
    await expect.poll(async () => (await stat(front)).dev).not.toBe(before)

    const mount = await watchConfigMap(front, { resync: false })
    onTestFinished(() => mount.close())
    expect(mount.health.watching).toBe('polling')
    const changed = new Promise<Change>((resolve) => mount.once('change', resolve))
    await volume.swap({ a: '2' })
    expect((await changed).snapshot.text('a')).toBe('2')
    const { filesystem, findings } = await inspectMount(front)
    expect(filesystem).toMatch(/^fuse/)
    expect(findings).toContainEqual(expect.objectContaining({ level: 'warning' }))
    await mount.close()
  })
})

test('a file system that announces nothing is polled again once it is back', async () => {
  const volume = await simulateMount({ a: '1' })
  const { path } = volume
  const mount = await new LiveMount({
    path,
    location: { root: path, layout: 'atomic', within: undefined },
    selects: () => true,
    settle: undefined,
    isSilent: true,
    isExact: false,
    resyncMs: undefined,
    pollMs: undefined,
    maxBytes: 1000,
    holdsEmptied: true,
    keepAlive: true,
  }).open()
  onTestFinished(async () => {
    await mount.close()
    await volume[Symbol.asyncDispose]()
  })
  await rename(path, `${path}.away`)
  await mount.resync()
  expect(mount.health.troubles).toHaveLength(1)
  await rename(`${path}.away`, path)
  await mount.resync()
  expect(mount.health).toMatchObject({ troubles: [], watching: 'polling' })
})
