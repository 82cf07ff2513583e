import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { watchConfigMap } from '@hotmount/core'
import { expect, onTestFinished, test } from 'vitest'
import { directory } from '../../support/mounted.js'

/** Publishes in this very turn. */
const publish = (path: string, number: number): void => {
  const name = `..2026_01_01_00_00_00.${number}`
  mkdirSync(join(path, name))
  writeFileSync(join(path, name, 'a'), String(number))
  symlinkSync(name, join(path, '..data_tmp'))
  renameSync(join(path, '..data_tmp'), join(path, '..data'))
}

test('a directory that becomes a kubelet volume while it is opened is heard from then on', async () => {
  const path = await directory()
  const opening = watchConfigMap(path, { resync: false })
  publish(path, 1)
  const mount = await opening
  onTestFinished(() => mount.close())
  expect(mount).toMatchObject({ layout: 'atomic', snapshot: { revision: '..2026_01_01_00_00_00.1' } })
  for (const number of [2, 3]) {
    publish(path, number)
    await expect.poll(() => mount.snapshot.text('a')).toBe(String(number))
  }
  expect(mount.health).toMatchObject({ watching: 'events', missedEvents: 0 })
})
