import type { InvalidConfigError } from '@hotmount/core'
import type { PathChange } from './paths.js'

/** What a live config tells its listeners. */
export interface LiveConfigEvents<T> {
  /** `current` has another value. Not emitted when only comments or order changed. */
  change: [event: { readonly current: T; readonly previous: T; readonly paths: readonly PathChange[] }]
  /** Values at `restartOnly` paths differ from what runs. Once per set of paths. */
  restartRequired: [event: { readonly paths: readonly string[] }]
  /** What is mounted was refused; `current` stays. Once per content. Unheard, it becomes a process warning. */
  rejected: [error: InvalidConfigError]
}
