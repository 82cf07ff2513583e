import { type Clock, Emitter } from '@hotmount/core'
import type { Followed } from '../kubernetes/projection.js'
import { Acts, nameOf } from './acts.js'
import { Agenda } from './agenda.js'
import { stateName } from './annotation-names.js'
import type { Cluster } from './cluster.js'
import { complaintsOf } from './complaints.js'
import { decide } from './decide.js'
import { Failures } from './failures.js'
import type { Hand } from './hand.js'
import type { HashedResource } from './hashes.js'
import { resourceId } from './kinds.js'
import { Said } from './memory.js'
import { type Plan, type PlanRules, planOf } from './plan.js'
import type { PodReports } from './pod-reports.js'
import { readPolicy } from './policy.js'
import type { RollReport } from './report.js'
import { resumeAtMs } from './resume.js'
import type { WaitReason } from './state.js'
import { Turns } from './turns.js'
import { keyOf, Views } from './views.js'
import type { Workload } from './workload.js'

/** What a {@link Controller} needs. */
export interface ControllerSettings {
  readonly cluster: Cluster
  readonly hand: Hand
  readonly rules: PlanRules
  /** Said in reports: nothing is written. */
  readonly dryRun: boolean
  /** What pods report of their mounts, where Secrets may not be read. */
  readonly podReports: PodReports | undefined
  readonly clock: Clock
}

/** Requests side by side: a burst is over soon, and an API server does not notice it. Those that hang do not count. */
const atOnce = 8

/**
 * The ConfigMap that comes along with a new workload may be told of a moment later. Not longer: what comes after that
 * is a change, which its pods have not started with.
 */
const mostSettleMs = 1000

/**
 * Looks at each workload whenever something changed that concerns it, and does what the plan says. What failed is
 * tried again until it is done or superseded; no workload waits for the trouble of another one.
 */
export class Controller extends Emitter<{ report: [report: RollReport] }> {
  readonly #settings: ControllerSettings
  readonly #agenda: Agenda
  readonly #views: Views
  readonly #turns: Turns
  readonly #acts: Acts
  readonly #failures = new Failures()
  readonly #complaints = new Said()

  constructor(settings: ControllerSettings) {
    super()
    const { cluster, hand, clock, rules, dryRun, podReports } = settings
    this.#settings = settings
    this.#agenda = new Agenda(clock, atOnce)
    this.#views = new Views(cluster)
    this.#turns = new Turns(cluster, this.#views, rules.defaults.turn)
    this.#acts = new Acts({ hand, views: this.#views, turns: this.#turns, dryRun, clock })
    this.#acts.on('report', (report) => this.emit('report', report))
    cluster.on('workload', (change) => this.#onWorkload(change))
    cluster.on('resource', (change) => this.#onResource(change))
    cluster.on('namespace', (namespace) => {
      for (const workload of cluster.workloads.in(namespace)) this.#agenda.add(keyOf(workload))
    })
    podReports?.on('change', (key) => this.#agenda.add(key))
  }

  /** Acts until aborted; what is not done then is done by whoever acts next. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#settings.cluster.synced(signal)
    await this.#agenda.run(async (key) => {
      await this.#look(key, signal)
      // It may have gone while it was written to, or while that failed.
      if (!this.#views.get(key)) this.#forget(key)
    }, signal)
  }

  /** How many workloads wait, by reason. */
  get waiting(): Readonly<Partial<Record<WaitReason, number>>> {
    return this.#acts.waits.counts
  }
  /** How many rollouts are under way. */
  get rolling(): number {
    return this.#acts.rollouts.size
  }
  /** How many workloads are to be looked at, now or later. */
  get pending(): number {
    return this.#agenda.size
  }
  /** How many failed and will be tried again. */
  get failing(): number {
    return this.#failures.size
  }

  #onWorkload({ kind, value, previous, isInitial }: Followed<Workload>): void {
    const { clock, rules } = this.#settings
    const key = keyOf(value)
    if (kind === 'removed') this.#forget(key)
    else {
      const settles =
        kind === 'added' && !isInitial ? Math.min(mostSettleMs, rules.defaults.coalesce.quietMs) : 0
      this.#agenda.add(key, clock.now() + settles)
      this.#acts.look(value)
    }
    if (previous?.progress === value.progress && kind !== 'removed') return
    for (const waiting of this.#acts.waits.for('turn')) this.#agenda.add(waiting)
  }

  #onResource({ value: resource, isInitial }: Followed<HashedResource>): void {
    if (isInitial) return
    const { cluster, rules } = this.#settings
    const named = JSON.stringify(resourceId(resource))
    for (const workload of cluster.workloads.in(resource.namespace))
      if (
        decide(workload, resource, rules).rolls ||
        workload.annotations[stateName]?.includes(named) === true
      )
        this.#agenda.add(keyOf(workload))
  }

  #forget(key: string): void {
    this.#agenda.drop(key)
    this.#views.forget(key)
    this.#acts.settle(key)
    this.#acts.memory.drop(key)
    this.#acts.rollouts.forget(key)
    this.#failures.forget(key)
    this.#complaints.forget(key)
  }

  async #look(key: string, signal: AbortSignal): Promise<void> {
    const { cluster, hand } = this.#settings
    const told = this.#views.get(key)
    // A Job of a CronJob is the CronJob's business.
    if (!told || !cluster.isInScope(told.namespace) || (told.kind === 'Job' && told.isOwned)) {
      this.#acts.settle(key)
      this.#failures.forget(key)
      return
    }
    const workload = hand.seen(told)
    let digest = ''
    try {
      this.#complain(key, workload)
      this.#judge(key, told)
      if (await this.#resume(key, workload, signal)) return
      const plan = this.#plan(key, workload)
      if ('stamp' in plan) ({ digest } = plan.stamp)
      const againMs = await this.#acts.carryOut(workload, plan, signal)
      if (againMs !== undefined) this.#agenda.add(key, againMs)
      this.#failures.forget(key)
    } catch (error) {
      if (signal.aborted) this.#agenda.add(key)
      else this.#fail(key, workload, digest, error)
    }
  }

  #plan(key: string, workload: Workload): Plan {
    const { cluster, rules, clock, podReports } = this.#settings
    const { namespace } = workload
    const nowMs = clock.now()
    return planOf(
      workload,
      { get: (id) => cluster.resources.get(namespace, id), all: () => cluster.resources.in(namespace) },
      {
        nowMs,
        remembered: this.#acts.memory.stateOf(workload),
        isOutdated: this.#acts.memory.isOutdated(workload),
        seen: (digest) => this.#acts.memory.seen(key, digest, nowMs),
        reported: podReports?.agreed(key),
        isTurnTaken: (turn) => this.#turns.isTaken(workload, turn),
      },
      rules,
    )
  }

  /** Ends a pause that Reloader left behind. True: that was done, and the rest comes when it is seen. */
  async #resume(key: string, workload: Workload, signal: AbortSignal): Promise<boolean> {
    const { rules, clock } = this.#settings
    const reading = readPolicy(workload, rules.names, rules.defaults)
    const pauseMs = reading.ok ? reading.policy.pauseMs : undefined
    const atMs = resumeAtMs(workload, rules.names, { pauseMs })
    if (atMs === undefined) return false
    const isDue = atMs <= clock.now()
    if (isDue) await this.#acts.resume(workload, signal)
    else this.#agenda.add(key, atMs)
    return isDue
  }

  #judge(key: string, workload: Workload): void {
    const { rules } = this.#settings
    const reading = readPolicy(workload, rules.names, rules.defaults)
    const { deadlineMs } = reading.ok ? reading.policy : rules.defaults
    const dueMs = this.#acts.judge(workload, deadlineMs)
    if (dueMs !== undefined) this.#agenda.add(key, dueMs)
  }

  #complain(key: string, workload: Workload): void {
    const complaints = complaintsOf(workload, this.#settings.rules)
    if (!this.#complaints.isNews(key, JSON.stringify(complaints))) return
    for (const complaint of complaints)
      this.emit('report', { workload: nameOf(workload), outcome: 'complaint', ...complaint })
  }

  #fail(key: string, workload: Workload, digest: string, error: unknown): void {
    const failed = this.#failures.note(key, error, Math.random())
    if (failed.next === 'drop') return
    this.#agenda.add(key, this.#settings.clock.now() + failed.inMs)
    if (failed.next === 'again' || !failed.isNews) return
    const { code, message, hint, inMs: retryInMs } = failed
    this.emit('report', {
      workload: nameOf(workload),
      outcome: 'failed',
      digest,
      code,
      message,
      hint,
      retryInMs,
    })
  }
}
