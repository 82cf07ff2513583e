import type { Argv } from '../../process/spawn.js'
import type { ActionConfig } from '../config/config.js'
import type { Path } from '../config/problem.js'
import type { Scope } from './keys.js'
import type { ActionPlan } from './plan.js'
import type { Say } from './say.js'

/** What surrounds an action. */
export interface Site {
  readonly say: Say
  readonly scope: Scope
  /** The command that is wrapped. */
  readonly child: Argv | undefined
  /** For each stage of the reaction, in milliseconds. */
  readonly timeoutMs: number
  /** It is part of a chain or of what follows a stage. */
  readonly isInside: boolean
  /** Judges what stands inside: a member of a chain, what follows a stage. */
  readonly inner: (action: ActionConfig, path: Path) => Promise<ActionPlan>
}
