import { type ReactionLike, reload, type Reloader, type ReloadOptions } from '@hotmount/core'
import { fakeClock, type FakeClock } from '@hotmount/core/testing'
import { mounted } from './mounted.js'
import { brief } from './recorder.js'

/** A loop over a volume with one key `a`, on a clock that stands still. */
export interface Rig {
  readonly clock: FakeClock
  readonly loop: Reloader
  /** Every report in a few words. */
  readonly told: string[]
  /** Publishes a value of `a`; returns once the loop has done what it can without time passing. */
  readonly set: (a: string) => Promise<void>
}

/** Makes a {@link Rig}; gone when the test is. */
export const rig = async (reaction: ReactionLike, options: ReloadOptions = {}): Promise<Rig> => {
  const { volume, mount } = await mounted({ a: '1' })
  const clock = fakeClock()
  const loop = reload(mount, reaction, { clock, ...options })
  const told: string[] = []
  loop.on('report', (report) => told.push(brief(report)))
  const set = async (a: string): Promise<void> => {
    await volume.swap({ a })
    await mount.resync()
    await clock.advance(0)
  }
  return { clock, loop, told, set }
}
