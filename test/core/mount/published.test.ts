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
  expect((await all.resync()).publishedAt).toEqual(one.mount.snapshot.publishedAt)
})
