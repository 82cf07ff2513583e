import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { combine } from '@hotmount/core'
import { simulateMount } from '@hotmount/core/testing'
import { expect, it, onTestFinished } from 'vitest'
import { directory, mounted, opened } from '../../support/mounted.js'

// The kernel stamps files with the time of its last tick: up to 10 ms old at 100 Hz.
const tickMs = 10

// ConfigMaps are on the disk of the node, Secrets on a tmpfs.
it.each([tmpdir(), '/dev/shm'])(
  'is when the link was renamed, not when anything was written (%s)',
  async (parent) => {
    const path = await mkdtemp(join(parent, 'hotmount-test-'))
    onTestFinished(() => rm(path, { recursive: true, force: true }))
    const volume = await simulateMount({ a: '1' }, { path: join(path, 'volume') })
    const mount = await opened(volume.path)
    const steps = volume.steps({ a: '2' })
    let [before, after] = [0, 0]
    for (;;) {
      const written = Date.now()
      // A kubelet that takes its time between writing and publishing.
      while (Date.now() < written + 30);
      before = Date.now()
      const step = await steps.next()
      after = Date.now()
      if (step.done === true || step.value === 'publish') break
    }
    for await (const step of steps) expect(step).toBeDefined()
    const { publishedAt } = await mount.resync()
    expect(publishedAt?.getTime()).toBeGreaterThanOrEqual(before - tickMs)
    expect(publishedAt?.getTime()).toBeLessThanOrEqual(after)
  },
)

it('is not known of an ordinary directory, and of several mounts the latest', async () => {
  const plain = await opened(await directory())
  expect(plain.snapshot.publishedAt).toBeUndefined()
  const [one, two] = [await mounted({ a: '1' }), await mounted({ b: '1' })]
  const all = combine({ one: one.mount, two: two.mount, plain })
  onTestFinished(() => all.close())
  expect(all.snapshot.publishedAt).toEqual(two.mount.snapshot.publishedAt)
  await one.volume.swap({ a: '2' })
  const both = await all.resync()
  const first = one.mount.snapshot.publishedAt
  expect(first).toBeInstanceOf(Date)
  await two.volume.swap({ b: '2' })
  await all.resync()
  expect(both.publishedAt).toEqual(first)
  expect(all.snapshot.publishedAt).toEqual(two.mount.snapshot.publishedAt)
})

it('is remembered once it was asked for, and not known of a revision that was replaced before', async () => {
  const { volume, mount } = await mounted({ a: '1' })
  const [asked, at] = [mount.snapshot, mount.snapshot.publishedAt]
  expect(at).toBeInstanceOf(Date)
  await volume.swap({ a: '2' })
  const unasked = await mount.resync()
  await volume.swap({ a: '3' })
  expect(asked.publishedAt).toEqual(at)
  expect(unasked.publishedAt).toBeUndefined()
  expect((await mount.resync()).publishedAt).toBeInstanceOf(Date)
  expect(unasked.publishedAt).toBeUndefined()
})

it('cannot be set, nor can the time of taking it', async () => {
  const { mount } = await mounted({ a: '1' })
  const { takenAt, publishedAt } = mount.snapshot
  const [taken, published] = [takenAt.getTime(), publishedAt?.getTime()]
  takenAt.setTime(0)
  publishedAt?.setTime(0)
  expect(mount.snapshot.takenAt.getTime()).toBe(taken)
  expect(mount.snapshot.publishedAt?.getTime()).toBe(published)
})
