import type { Mount } from '@hotmount/core'
import { liveConfig } from '@hotmount/adapters/config'
import { z } from 'zod'

const schema = z.object({ flags: z.record(z.string(), z.boolean()) })

/** Answers whether a feature is on, as flags.yaml in the mount says now. */
export interface FeatureFlags {
  isOn(name: string): boolean
  readonly isStale: boolean
  inSync(): Promise<void>
}

/** The code under test takes a mount, so a test can hand it a simulated one. */
export const featureFlags = async (mount: Mount): Promise<FeatureFlags> => {
  const config = await liveConfig(mount, { schema, key: 'flags.yaml' })
  config.on('rejected', (error) => console.error(`flags rejected: ${error.message}`))
  return {
    isOn: (name) => config.current.flags[name] ?? false,
    get isStale() {
      return config.stale
    },
    inSync: () => config.inSync(),
  }
}
