import { type Clock, Emitter } from '@hotmount/core'
import { stateName } from './annotation-names.js'
import type { Hand } from './hand.js'
import { Memory } from './memory.js'
import type { Plan } from './plan.js'
import type { RollReport, WorkloadName } from './report.js'
import { Rollouts } from './rollouts.js'
import type { Turns } from './turns.js'
import { keyOf, type Views } from './views.js'
import { Waits } from './waits.js'
import type { Workload } from './workload.js'

/** What {@link Acts} needs. */
export interface ActSettings {
  readonly hand: Hand
  readonly views: Views
  readonly turns: Turns
  readonly dryRun: boolean
  readonly clock: Clock
}

/** A workload by name only. */
export const nameOf = ({ kind, namespace, name, uid }: Workload): WorkloadName => ({
  kind,
  namespace,
  name,
  uid,
})

/** Does what plans say, remembers what waits and what rolls, and tells of it. */
export class Acts extends Emitter<{ report: [report: RollReport] }> {
  readonly memory: Memory = new Memory()
  readonly waits: Waits = new Waits()
  readonly rollouts: Rollouts = new Rollouts()
  readonly #settings: ActSettings

  constructor(settings: ActSettings) {
    super()
    this.#settings = settings
  }

  /** Does it. Resolves with when to look again, in milliseconds since 1970. @throws ApiError */
  async carryOut(workload: Workload, plan: Plan, signal: AbortSignal): Promise<number | undefined> {
    const { hand } = this.#settings
    const key = keyOf(workload)
    if (plan.do === 'wait') {
      // Told when it is written: whoever is told may answer at once, by another annotation.
      if (plan.state) this.#noted(workload, await hand.note(workload, plan.state, signal))
      this.#tellWait(key, workload, plan)
      return plan.untilMs
    }
    if (plan.do === 'roll') await this.#roll(key, workload, plan, signal)
    else if (plan.do === 'adopt') {
      this.#noted(workload, await hand.note(workload, plan.state, signal))
      const isFirst = !(stateName in workload.annotations)
      if (isFirst) this.emit('report', { workload: nameOf(workload), outcome: 'adopted' })
    }
    this.settle(key)
    return undefined
  }

  /** Lets a Deployment go on that was left paused. @throws ApiError */
  async resume(workload: Workload, signal: AbortSignal): Promise<void> {
    const { hand } = this.#settings
    this.#noted(workload, await hand.resume(workload, signal))
    this.emit('report', { workload: nameOf(workload), outcome: 'resumed' })
  }

  /** Nothing of it waits any more. */
  settle(key: string): void {
    this.memory.forget(key)
    this.waits.end(key)
  }

  /** A workload is as the watch tells: a rollout of it may be over. */
  look(workload: Workload): void {
    this.memory.note(workload)
    const news = this.rollouts.note(keyOf(workload), workload, this.#settings.clock.now())
    if (news) this.emit('report', { workload: nameOf(workload), ...news })
  }

  /** Tells of a rollout that has stood still for too long. Returns when it will have, in milliseconds since 1970. */
  judge(workload: Workload, deadlineMs: number): number | undefined {
    const key = keyOf(workload)
    const dueMs = this.rollouts.dueMs(key, deadlineMs)
    const now = this.#settings.clock.now()
    if (dueMs === undefined || dueMs > now) return dueMs
    const news = this.rollouts.note(key, { ...workload, progress: 'failed' }, now)
    if (news) this.emit('report', { workload: nameOf(workload), ...news })
    return undefined
  }

  #noted(before: Workload, after: Workload): void {
    this.#settings.views.note(before, after)
    this.memory.wrote(after)
  }

  async #roll(
    key: string,
    workload: Workload,
    { stamp, state, turn }: Extract<Plan, { do: 'roll' }>,
    signal: AbortSignal,
  ): Promise<void> {
    const { hand, turns, views, clock, dryRun } = this.#settings
    const { digest, differences } = stamp
    const giveBack = turns.claim(workload, turn)
    try {
      this.#noted(workload, await hand.roll(workload, stamp, state, signal))
    } finally {
      giveBack()
    }
    const now = clock.now()
    const waitedMs = Math.max(0, now - this.memory.seen(key, digest, now).firstMs)
    if (!dryRun) this.rollouts.begin(key, digest, now)
    this.emit('report', {
      workload: nameOf(workload),
      outcome: 'rolled',
      digest,
      differences,
      waitedMs,
      dryRun,
    })
    // The watch may have told of its end before the answer came.
    const current = dryRun ? undefined : views.get(key)
    if (current) this.look(current)
  }

  #tellWait(key: string, workload: Workload, plan: Extract<Plan, { do: 'wait' }>): void {
    const { for: reason, untilMs, stamp } = plan
    const { digest, differences } = stamp
    if (!this.waits.begin(key, reason, digest)) return
    this.emit('report', {
      workload: nameOf(workload),
      outcome: 'waiting',
      for: reason,
      untilMs,
      digest,
      differences,
    })
  }
}
