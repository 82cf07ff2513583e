import type { Location } from './locate.js'
import type { Settle } from './settle.js'
import type { Key } from './snapshot.js'

/** Options of one mount, all decided. Times in milliseconds. */
export interface MountPlan {
  readonly path: string
  readonly location: Location
  /** Which keys are watched; undefined: all. */
  readonly selects: ((key: Key) => boolean) | undefined
  readonly settle: Settle | undefined
  /** Its file system tells of no changes made elsewhere. */
  readonly isSilent: boolean
  /** A short read is the end of the file. */
  readonly isExact: boolean
  readonly resyncMs: number | undefined
  readonly pollMs: number | undefined
  readonly maxBytes: number
  readonly holdsEmptied: boolean
  readonly keepAlive: boolean
}
