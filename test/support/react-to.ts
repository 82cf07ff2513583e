import { type Reaction, reload, type Reloader, type ReloadOptions, type Mount } from '@hotmount/core'
import type { SimulatedMount } from '@hotmount/core/testing'
import { mounted } from './mounted.js'
import { nextReport } from './next-report.js'

/** What came of one swap, and what goes on. */
export interface Reacted {
  /** What the first report says; of a skipped one, why. */
  readonly outcome: string
  readonly loop: Reloader
  readonly volume: SimulatedMount
  readonly mount: Mount
}

/** Swaps a mount of `a` and `b` for these keys, and waits for the first report on it. */
export const reactTo = async (
  reaction: Reaction,
  data: Record<string, string>,
  options?: ReloadOptions,
): Promise<Reacted> => {
  const { volume, mount } = await mounted({ a: '1', b: '1' })
  const loop = reload(mount, reaction, { retry: false, ...options })
  const heard = nextReport(loop)
  await volume.swap(data)
  await mount.resync()
  const report = await heard
  const outcome = report.outcome === 'skipped' ? report.reason : report.outcome
  return { outcome, loop, volume, mount }
}
