import { inspect } from 'node:util'
import { reload } from '@hotmount/core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { withDigest } from '../../../packages/core/src/reload/late-digest.js'
import { FrozenSnapshot } from '../../../packages/core/src/mount/snapshot.js'
import { mounted } from '../../support/mounted.js'

const snapshot = (): FrozenSnapshot =>
  new FrozenSnapshot({ entries: new Map(), revision: 'r1', takenAt: 0, publishedAt: undefined })

test('what is told has its digest wherever it is read', () => {
  const { digest } = snapshot()
  const told = withDigest(snapshot(), { reaction: 'x' })
  expect(told).toEqual({ reaction: 'x', digest })
  expect({ ...told }).toEqual({ reaction: 'x', digest })
  expect(JSON.parse(JSON.stringify(told))).toEqual({ reaction: 'x', digest })
  expect(structuredClone(told)).toEqual({ reaction: 'x', digest })
  expect(inspect(told)).toBe(inspect({ reaction: 'x', digest }))
})

test('a report asks for its digest when the next one comes, so that it keeps its snapshot no longer', async () => {
  const digest = vi.spyOn(FrozenSnapshot.prototype, 'digest', 'get')
  onTestFinished(() => digest.mockRestore())
  const { volume, mount } = await mounted({ a: '1' })
  const loop = reload(mount, () => undefined, { initial: true })
  onTestFinished(() => loop.close())
  const first = await loop.inSync()
  expect(digest).not.toHaveBeenCalled()
  const before = mount.snapshot
  await volume.swap({ a: '2' })
  await mount.resync()
  const second = await loop.inSync()
  expect(digest.mock.contexts).toEqual([before])
  expect(first.digest).toBe(before.digest)
  expect(second.digest).toBe(mount.snapshot.digest)
  expect(first.digest).not.toBe(second.digest)
})
