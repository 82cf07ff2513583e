import { type Mount, type Reloader, UsageError } from '@hotmount/core'
import type { ListenPlan } from '../plan/plan.js'

/** What is told about: a mount and the loops that keep up with it. */
export interface Observed {
  readonly name: string
  readonly mount: Mount
  readonly loops: readonly Reloader[]
}

/** Serves state. Returns what ends that. @throws UsageError when the address cannot be listened on */
export const openStatus = async (
  _observed: readonly Observed[],
  _listen: ListenPlan,
  _signal: AbortSignal,
): Promise<{ readonly address: string; close(): Promise<void> }> => {
  throw new UsageError('BAD_OPTION', '--listen: nothing is served yet')
}
