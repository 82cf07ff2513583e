import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Mount, watchConfigMap, type WatchOptions } from '@hotmount/core'
import { type Data, type SimulatedMount, simulateMount } from '@hotmount/core/testing'
import { onTestFinished } from 'vitest'

/** A simulated volume and a mount that watches it, both gone when the test is. */
export const mounted = async (
  data: Data,
  options: WatchOptions = {},
): Promise<{ volume: SimulatedMount; mount: Mount }> => {
  const volume = await simulateMount(data)
  const mount = await watchConfigMap(volume.path, options)
  onTestFinished(async () => {
    await mount.close()
    await volume[Symbol.asyncDispose]()
  })
  return { volume, mount }
}

/** A new ordinary directory, gone when the test is. */
export const directory = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'hotmount-test-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

/** Watches a path until the test is over. */
export const opened = async (path: string, options: WatchOptions = {}): Promise<Mount> => {
  const mount = await watchConfigMap(path, options)
  onTestFinished(() => mount.close())
  return mount
}
