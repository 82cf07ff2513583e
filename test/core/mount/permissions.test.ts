import { spawn } from 'node:child_process'
import { chmod, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { simulateMount } from '@hotmount/core/testing'
import { describe, expect, onTestFinished, test } from 'vitest'

/** Watches as a user who is nobody; what that process said so far. */
const watchAsNobody = (path: string, options = {}): unknown[] => {
  const script = join(import.meta.dirname, 'fixtures/watch-as-nobody.mjs')
  const child = spawn(process.execPath, [script, path, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill())
  const said: unknown[] = []
  createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line)))
  return said
}

describe.skipIf(process.getuid?.() !== 0)('permissions [needs root]', () => {
  test('an unreadable key is refused with the field to set; one that is not watched does no harm', async () => {
    const volume = await simulateMount({ a: '1', b: '1' })
    onTestFinished(() => volume[Symbol.asyncDispose]())
    await chmod(volume.path, 0o755)
    await chmod(join(volume.path, 'b'), 0o400)
    const [all, some] = [watchAsNobody(volume.path), watchAsNobody(volume.path, { keys: ['a'] })]
    const hint = expect.stringContaining('fsGroup') as string
    await expect.poll(() => all, { timeout: 5000 }).toEqual([['refused', { code: 'MOUNT_UNREADABLE', hint }]])
    await expect.poll(() => some, { timeout: 5000 }).toEqual([['open', ['a']]])
  })

  test('a revision that becomes unreadable is told once, and taken when the permission is mended', async () => {
    const volume = await simulateMount({ a: '1' })
    onTestFinished(() => volume[Symbol.asyncDispose]())
    await chmod(volume.path, 0o755)
    const said = watchAsNobody(volume.path)
    await expect.poll(() => said, { timeout: 5000 }).toEqual([['open', ['a']]])
    const old = (await volume.published())?.revision
    for await (const step of volume.steps({ a: '2' })) {
      if (step !== 'write') continue
      const next = (await readdir(volume.path)).find((name) => name.startsWith('..2') && name !== old)
      await chmod(join(volume.path, next ?? '', 'a'), 0o400).catch(() => undefined)
    }
    await expect
      .poll(() => said, { timeout: 5000 })
      .toEqual([
        ['open', ['a']],
        ['error', 'MOUNT_UNREADABLE'],
      ])
    await chmod(join(volume.path, 'a'), 0o444)
    await expect
      .poll(() => said.slice(2), { timeout: 5000 })
      .toEqual([
        ['recovered', 'MOUNT_UNREADABLE'],
        ['change', ['a']],
      ])
  })
})
