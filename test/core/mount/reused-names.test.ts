import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { directory, opened } from '../../support/mounted.js'

it('takes a revision whose name was used before: other writers go to and fro between two directories', async () => {
  const root = await directory()
  const publish = (name: string, value: string): void => {
    mkdirSync(join(root, name), { recursive: true })
    writeFileSync(join(root, name, 'a'), value)
    symlinkSync(name, join(root, '..data_tmp'))
    renameSync(join(root, '..data_tmp'), join(root, '..data'))
  }
  publish('..blue', '1')
  symlinkSync('..data/a', join(root, 'a'))
  const mount = await opened(root, { resync: false })
  expect(mount.layout).toBe('atomic')
  publish('..green', '2')
  publish('..blue', '3')
  await expect.poll(() => mount.snapshot.text('a')).toBe('3')
})
