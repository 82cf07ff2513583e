import { onTestFinished } from 'vitest'
import { type Mount, watchConfigMap, type WatchOptions } from '@hotmount/core'
import { type Data, simulateMount } from '@hotmount/core/testing'

export interface Opened {
  readonly mount: Mount
  /** Publishes exactly these keys; resolves once the mount has announced them. */
  readonly edit: (data: Data) => Promise<string>
}

/** A real directory, written like a kubelet writes it, and a mount on it; both end with the test. */
export const opened = async (data: Data, options: WatchOptions = {}): Promise<Opened> => {
  const volume = await simulateMount(data)
  const mount = await watchConfigMap(volume.path, { resync: false, ...options })
  onTestFinished(async () => {
    await mount.close()
    await volume[Symbol.asyncDispose]()
  })
  return {
    mount,
    edit: async (next) => {
      await volume.swap(next)
      return (await mount.resync()).revision
    },
  }
}
