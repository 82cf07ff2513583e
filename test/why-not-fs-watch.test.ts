import { type FSWatcher, watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type SimulatedMount, simulateMount } from '@hotmount/core/testing'
import { describe, expect, onTestFinished, test } from 'vitest'

/** What fs.watch does of its own on a mounted ConfigMap: the facts that the README states. */
const volumeWith = async (data: Record<string, string>): Promise<SimulatedMount> => {
  const volume = await simulateMount(data)
  onTestFinished(() => volume[Symbol.asyncDispose]())
  return volume
}
const counting = (
  path: string,
  options = {},
): { readonly names: (string | null)[]; readonly watcher: FSWatcher } => {
  const names: (string | null)[] = []
  const watcher = watch(path, options, (_, name) => names.push(name))
  onTestFinished(() => watcher.close())
  return { names, watcher }
}

describe('fs.watch on a mounted ConfigMap', () => {
  test.each(['app.yaml', '..data'])(
    'on %s it rings at the first swap and is deaf from then on',
    async (name) => {
      const volume = await volumeWith({ 'app.yaml': '0' })
      const { names } = counting(join(volume.path, name))
      const directory = counting(volume.path)
      await volume.swap({ 'app.yaml': '1' })
      await expect.poll(() => names.length).toBeGreaterThan(0)
      const [rungOnce, heardOnce] = [names.length, directory.names.length]
      for (const value of ['2', '3', '4']) await volume.swap({ 'app.yaml': value })
      // The directory's own watch has heard of all three: the events are there, only not for this one.
      await expect.poll(() => directory.names.length).toBeGreaterThanOrEqual(heardOnce * 3)
      expect(names).toHaveLength(rungOnce)
    },
  )

  test('on the directory it rings six times and more for one swap, and never names the key', async () => {
    const volume = await volumeWith({ 'app.yaml': '0', other: '0' })
    const { names } = counting(volume.path)
    await volume.swap({ 'app.yaml': '1', other: '0' })
    await expect.poll(() => names).toContain('..data')
    await expect.poll(() => names.length).toBeGreaterThanOrEqual(6)
    expect(names).not.toContain('app.yaml')
  })

  test('it says nothing of whether keys read one by one belong together: a swap between two reads tears them', async () => {
    const volume = await volumeWith({ cert: '1', key: '1' })
    const cert = await readFile(join(volume.path, 'cert'), 'utf8')
    await volume.swap({ cert: '2', key: '2' })
    const key = await readFile(join(volume.path, 'key'), 'utf8')
    expect([cert, key]).toEqual(['1', '2'])
  })
})
