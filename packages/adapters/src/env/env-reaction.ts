import { env as processEnv } from 'node:process'
import { InvalidConfigError, type Reaction, type Snapshot } from '@hotmount/core'
import type { EnvOptions } from './options.js'
import { type EnvReceipt, OwnedEnv } from './owned-env.js'
import { type Plan, planFor } from './plan.js'
import type { ReadWanted } from './wanted.js'

const nothing = (snapshot: Snapshot): Plan => ({
  revision: snapshot.revision,
  values: new Map(),
  kept: [],
  skipped: [],
})

/** Keeps an environment in step with what `read` finds in a snapshot. */
export const envReaction = (name: string, read: ReadWanted, options: EnvOptions): Reaction<EnvReceipt> => {
  const owned = new OwnedEnv(options.into ?? processEnv)
  const plan = (snapshot: Snapshot): Plan => planFor(read(snapshot), snapshot, owned.outside, options)
  return {
    name,
    check: (snapshot) => {
      plan(snapshot)
    },
    apply: ({ snapshot }) => owned.apply(plan(snapshot)),
    verify: (receipt) => owned.verify(receipt, name),
    rollback: (good) => {
      try {
        return owned.apply(plan(good))
      } catch (thrown) {
        if (!(thrown instanceof InvalidConfigError)) throw thrown
        // It was never applied here (a loop may start from a mount it did not judge): take back what was set.
        return owned.apply(nothing(good))
      }
    },
  }
}
