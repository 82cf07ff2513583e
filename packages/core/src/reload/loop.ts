import { os } from '../base/built-in.js'
import { backgroundClock, type Clock } from '../base/clock.js'
import { warnOfFailure } from '../base/thrown.js'
import { within } from '../base/within.js'
import type { Change } from '../mount/change.js'
import type { Mount } from '../mount/mount.js'
import type { Snapshot } from '../mount/snapshot.js'
import { type Outcome, runAttempt, type Times } from './attempt.js'
import { backoffMs, splayShareMs } from './backoff.js'
import { InFlight } from './in-flight.js'
import { Journal, type Took } from './journal.js'
import { Ledger } from './ledger.js'
import { lookAt } from './look.js'
import type { Pace } from './pace.js'
import { type AnyReaction, wantsChange } from './reaction.js'
import type { Reloader, ReloadOptions } from './reloader.js'
import { Turn } from './turn.js'

/** The loop of one reaction: what is mounted is desired, and it does not rest before that is applied and verified. */
export class Loop extends Journal implements Reloader {
  readonly #mount: Mount
  readonly #reaction: AnyReaction
  readonly #pace: Pace
  readonly #gate: ReloadOptions['gate']
  readonly #clock: Clock
  readonly #ledger: Ledger
  readonly #turn: Turn
  readonly #inFlight = new InFlight()
  readonly #ended: Promise<void>
  #wake: (() => void) | undefined
  #tried: { readonly snapshot: Snapshot; times: number } | undefined
  #refusals = 0
  #closed: Promise<void> | undefined

  constructor(mount: Mount, reaction: AnyReaction, pace: Pace, options: ReloadOptions) {
    const clock = options.clock ?? backgroundClock
    super(reaction.name, clock)
    this.#mount = mount
    this.#reaction = reaction
    this.#pace = pace
    this.#gate = options.gate
    this.#clock = clock
    this.#ledger = new Ledger(options.initial === true ? undefined : (options.applied ?? mount.snapshot))
    this.#turn = new Turn(pace, pace.splayMs === 0 ? 0 : splayShareMs(pace.splayMs, os().hostname()))
    if (this.#ledger.changeTo(mount.snapshot)) this.state = 'pending'
    else this.#ledger.confirm(mount.snapshot)
    mount.on('change', this.#onChange)
    for (const signal of [mount.signal, options.signal]) {
      if (signal?.aborted === true) queueMicrotask(this.#onAbort)
      signal?.addEventListener('abort', this.#onAbort, { once: true })
      this.closing.addEventListener('abort', () => signal?.removeEventListener('abort', this.#onAbort))
    }
    this.#ended = this.#run().catch((thrown: unknown) => {
      if (this.closing.aborted) return
      // A fault of ours: whoever waits must not wait for ever.
      warnOfFailure(`the loop of ${reaction.name}`, thrown)
      queueMicrotask(this.#onAbort)
    })
  }

  protected override get desired(): Snapshot {
    return this.#mount.snapshot
  }
  protected override get ledger(): Ledger {
    return this.#ledger
  }
  protected override get blockedSince(): number | undefined {
    return this.#inFlight.overdueSince
  }

  release(): void {
    if (this.state !== 'held') return
    this.#turn.release()
    this.#wake?.()
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    this.#mount.off('change', this.#onChange)
    this.endJournal()
    await this.#ended
    // A stage that ignores its signal may go on: it is given its time, then left behind.
    await within(this.#inFlight.work, { clock: backgroundClock, ms: this.#pace.timeoutMs })
    this.emit('close')
    this.removeAllListeners()
  }

  readonly #onAbort = (): void => void this.close()

  readonly #onChange = (): void => {
    // At once: who has awaited mount.resync() and now awaits inSync() means the new revision.
    if (this.state === 'inSync' || this.state === 'rejected') this.state = 'pending'
    this.#wake?.()
  }

  async #run(): Promise<void> {
    // Listeners attached right after reload() hear everything.
    await Promise.resolve()
    for (;;) {
      this.closing.throwIfAborted()
      const { desired } = this
      const change = this.#ledger.changeTo(desired)
      // What was begun and not proven concerns it in any case: one that compares values sees none on the way back.
      const isWanted = change && (this.#ledger.isDirty || wantsChange(this.#reaction, change))
      if (!change || isWanted !== true) await this.#rest(desired)
      else if (await this.#isOurTurn(change)) await this.#try(change)
    }
  }

  /** Nothing to do: in sync until the next revision. */
  async #rest(desired: Snapshot): Promise<void> {
    this.#ledger.confirm(desired)
    if (this.state !== 'inSync') {
      // Before the listeners hear of it: they may ask for the status.
      this.state = 'inSync'
      this.tell(desired, { outcome: 'skipped', reason: 'unchanged' })
      this.becomeInSync()
    }
    this.#turn.over()
    await this.#news(desired)
  }

  /** False: time has passed, so look again at what there is to do. */
  async #isOurTurn(change: Change): Promise<boolean> {
    this.state = this.#ledger.isDirty ? 'dirty' : 'pending'
    const step = this.#turn.next(this.#clock.now(), this.#tried?.snapshot === change.snapshot)
    if (step.do === 'sleep') await this.#clock.sleep(step.ms, this.closing)
    else if (step.do === 'hold') await this.#hold(change.snapshot, step.calmMs)
    else if (await this.#isGateOpen(change)) return change.snapshot === this.desired
    else {
      this.closing.throwIfAborted()
      if (this.#refusals++ === 0) this.tell(change.snapshot, { outcome: 'skipped', reason: 'gate' })
      await this.#news(change.snapshot, this.#backoff(this.#refusals))
    }
    return false
  }

  async #isGateOpen(change: Change): Promise<boolean> {
    try {
      if (!this.#gate) return true
      const limits = { clock: this.#clock, ms: this.#pace.timeoutMs, signal: this.closing }
      const asked = await within(Promise.resolve(this.#gate(change)), limits)
      return asked.ended === 'work' && asked.value
    } catch (thrown) {
      warnOfFailure(`the gate of ${this.#reaction.name}`, thrown)
      return false
    }
  }

  /** Flapping: wait until one revision has stayed as long as the breaker looks back, or somebody releases it. */
  async #hold(snapshot: Snapshot, calmMs: number): Promise<void> {
    this.state = 'held'
    this.tell(snapshot, { outcome: 'skipped', reason: 'breaker' })
    for (let before: Snapshot | undefined; !this.#turn.isReleased && before !== this.desired;) {
      before = this.desired
      await this.#news(before, calmMs)
      this.closing.throwIfAborted()
    }
    this.#turn.release()
  }

  async #try(change: Change): Promise<void> {
    const { snapshot } = change
    if (this.#tried?.snapshot !== snapshot) this.#tried = { snapshot, times: 0 }
    const number = ++this.#tried.times
    const [started, times]: [number, Times] = [this.#clock.now(), {}]
    this.#refusals = 0
    this.state = 'running'
    const outcome = await runAttempt({
      reaction: this.#reaction,
      change,
      good: this.#ledger.applied,
      number,
      timeoutMs: this.#pace.timeoutMs,
      clock: this.#clock,
      signal: this.closing,
      latest: () => this.desired,
      resync: () => lookAt(this.#mount),
      inFlight: this.#inFlight,
      times,
    })
    const now = this.#clock.now()
    if (outcome.outcome !== 'rejected' && outcome.outcome !== 'superseded')
      this.#turn.applied(now, number > 1)
    await this.#conclude(change, outcome, { attempt: number, durationMs: now - started, stages: times })
  }

  async #conclude(change: Change, outcome: Outcome, took: Took): Promise<void> {
    const { snapshot } = change
    const retryInMs = took.attempt < this.#pace.attempts ? this.#backoff(took.attempt) : undefined
    const retry = retryInMs === undefined ? {} : { retryInMs }
    // Also after a revision that was refused: what mends it must not come to all replicas at once.
    if (outcome.outcome !== 'superseded') this.#turn.over()
    switch (outcome.outcome) {
      case 'applied':
        this.#ledger.confirm(snapshot)
        // Before the listeners hear of it: they may ask for the status.
        this.state = snapshot === this.desired ? 'inSync' : 'pending'
        this.tell(snapshot, outcome, took)
        if (snapshot === this.desired) this.becomeInSync()
        return
      case 'superseded':
        this.tell(snapshot, { outcome: 'skipped', reason: 'superseded' }, took)
        return
      case 'rejected': {
        const isDirty = this.#ledger.isDirty
        const isWorthIt = outcome.error.retryable || isDirty
        this.state = isDirty ? 'dirty' : 'rejected'
        this.tell(snapshot, { ...outcome, stage: 'check', ...(isWorthIt && retry) }, took)
        return this.#news(snapshot, isWorthIt ? retryInMs : undefined)
      }
      case 'failed':
        this.#ledger.doubt(change, this.#clock.now())
        this.state = 'dirty'
        this.tell(snapshot, { ...outcome, ...retry }, took)
        return this.#news(snapshot, retryInMs)
      case 'rolledBack': {
        const { to, error, stage } = outcome
        // A target that was away for a moment is asked again; what was applied and did not hold would fail again.
        const isWorthIt = stage === 'apply' && error.retryable
        this.#ledger.confirm(to)
        this.state = 'rejected'
        this.tell(snapshot, { outcome: 'rolledBack', to: to.revision, error, ...(isWorthIt && retry) }, took)
        return this.#news(snapshot, isWorthIt ? retryInMs : undefined)
      }
    }
  }

  #backoff(failures: number): number {
    return backoffMs(failures, this.#pace.backoff, Math.random())
  }

  /** Resolves at the next news, or when the time is over. At once if the mount has moved on since. */
  async #news(since: Snapshot, ms?: number): Promise<void> {
    if (this.desired !== since || this.closing.aborted) return
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    await within(woken, { clock: this.#clock, ms, signal: this.closing })
    this.#wake = undefined
  }
}
