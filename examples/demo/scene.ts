import type { Claims } from './claims.js'
import type { Workshop } from './workshop.js'

/** What a scene plays with. */
export interface Stage {
  readonly claims: Claims
  readonly workshop: Workshop
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal
  /** Shows an edit that is about to be published. */
  edit(key: string, what: string): void
}

/** One part of the demo. */
export interface Scene {
  readonly title: string
  /** Why it cannot be played here, and how to make it so; undefined when it can. */
  readonly missing?: () => string | undefined
  readonly play: (stage: Stage) => Promise<void>
}
