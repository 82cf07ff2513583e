import type { Reaction, Snapshot } from '@hotmount/core'
import { UsageError } from '@hotmount/core'
import { resolve } from 'node:path'
import { refuseUnknown } from '../options/known.js'
import { requireText } from '../options/required.js'
import { type BroughtUp, bringUp } from './bring-up.js'
import { Disk } from './disk.js'
import type { StageOptions } from './options.js'
import { refuseBadTargets } from './render.js'
import { StagingArea } from './staging-area.js'
import { type Follow, Staging, type StageReceipt } from './staging.js'

/**
 * The reaction that `stage` returns, and what comes before the loop.
 *
 * @example
 * const web = stage({ into: '/staged' }, (directory) => nginx({ config: `${directory}/nginx.conf` }))
 * const { directory, applied } = await web.bringUp(mount.snapshot)
 * const server = supervise(['nginx', '-c', `${directory}/nginx.conf`])
 * reload(mount, web, { applied })
 */
export interface Stage extends Reaction<StageReceipt> {
  /**
   * Fills the directory before the server starts: with the last known good revision if an earlier life left one, else
   * with this snapshot. Pass what it says is `applied` on to `reload`, and the loop brings the newest.
   *
   * @throws the error of the check when the snapshot is refused and nothing was published before
   */
  bringUp(snapshot: Snapshot, options?: { readonly signal?: AbortSignal }): Promise<BroughtUp>
}

/** `stage` on a disk that a test may stop. */
export const stageOn = (disk: Disk, options: StageOptions, then: Follow | undefined): Stage => {
  refuseUnknown('stage', options, { into: true, keep: true, render: true, check: true })
  const { into, keep = 1 } = options
  requireText('stage', 'into', into, '/staged')
  if (!Number.isSafeInteger(keep) || keep < 0)
    throw new UsageError('BAD_OPTION', 'keep: not a number of revisions', { hint: 'write 0, 1, 2 …' })
  refuseBadTargets(options)
  const area = new StagingArea(resolve(into), keep, disk)
  const staging = new Staging(area, options, then)
  return {
    name: staging.name,
    check: (snapshot, context) => staging.check(snapshot, context),
    apply: (change, context) => staging.apply(change, context),
    verify: (receipt, context) => staging.verify(receipt, context),
    rollback: (good, context) => staging.rollback(good, context),
    bringUp: (snapshot, { signal = new AbortController().signal } = {}) =>
      bringUp(area, staging, snapshot, signal),
  }
}

/**
 * Publishes only accepted snapshots into another directory, by the kubelet's own atomic swap, and puts the last
 * verified one back when what follows fails. A server reads from `<into>/..data/`. Give `then` as a function of the
 * directory, and its check looks at the candidate before it is published. Throws in check: CHECK_FAILED, APPLY_FAILED
 * (no space, no permission; it is tried again); in apply and verify what `then` throws.
 *
 * @throws UsageError BAD_OPTION
 * @example
 * reload(mount, stage({ into: '/staged' }, (directory) => nginx({ config: `${directory}/nginx.conf` })))
 */
export const stage = (options: StageOptions, then?: Follow): Stage => stageOn(new Disk(), options, then)
