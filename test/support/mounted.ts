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
