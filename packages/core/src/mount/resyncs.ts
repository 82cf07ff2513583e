import type { Clock } from '../base/clock.js'

interface Member {
  readonly look: () => Promise<void>
  dueAt: number
  isLooking: boolean
}

// Looks of one interval come at this many times: a hundred mounts wake the process no more often than twenty.
const phases = 20
// A look costs two system calls where nothing is new, some 20 µs.
const perTurn = 25
// Multiples of it, whole parts taken off, lie evenly however many there are.
const golden = 0.618_033_988_749_895

/**
 * The safety re-checks of all mounts that have one interval: one timer for them all, their looks spread over the
 * interval, and never more than a few in one turn of the event loop.
 */
class Resyncs {
  readonly #clock: Clock
  readonly #everyMs: number
  readonly #members = new Set<Member>()
  #alarm: AbortController | undefined
  #alarmAt = Infinity
  #beganAt = 0
  #joined = 0

  constructor(clock: Clock, everyMs: number) {
    this.#clock = clock
    this.#everyMs = everyMs
  }

  get size(): number {
    return this.#members.size
  }

  /** Looks once in every interval, the first time within the first; never while a look is under way. Returns how to end that. */
  join(look: () => Promise<void>): () => void {
    const now = this.#clock.now()
    if (this.#members.size === 0) [this.#beganAt, this.#joined] = [now, 0]
    const member = { look, dueAt: this.#firstAfter(now), isLooking: false }
    this.#joined += 1
    this.#members.add(member)
    if (member.dueAt < this.#alarmAt) this.#setAlarm(member.dueAt)
    return () => this.#leave(member)
  }

  /** A whole interval after now for the first member, a share of it that is another one for each that follows. */
  #firstAfter(now: number): number {
    const step = this.#everyMs / phases
    const share = 1 - ((this.#joined * golden) % 1)
    const at = this.#beganAt + Math.floor((now - this.#beganAt + this.#everyMs * share) / step) * step
    return at > now ? at : at + this.#everyMs
  }

  #leave(member: Member): void {
    this.#members.delete(member)
    if (this.#members.size > 0) return
    this.#alarm?.abort()
    this.#alarmAt = Infinity
  }

  #setAlarm(at: number): void {
    this.#alarm?.abort()
    const alarm = new AbortController()
    this.#alarm = alarm
    this.#alarmAt = at
    const ring = (): void => this.#ring()
    // Only leaving and an earlier alarm end the sleep.
    this.#clock.sleep(Math.max(0, at - this.#clock.now()), alarm.signal).then(ring, () => undefined)
  }

  #ring(): void {
    const now = this.#clock.now()
    let looks = 0
    let next = Infinity
    for (const member of this.#members) {
      // A timer may fire a fraction of a millisecond early.
      if (member.dueAt <= now + 1 && looks < perTurn) {
        looks += 1
        member.dueAt += this.#everyMs * Math.max(1, Math.ceil((now - member.dueAt) / this.#everyMs))
        void this.#look(member)
      }
      next = Math.min(next, member.dueAt)
    }
    if (this.#members.size > 0) this.#setAlarm(next)
  }

  async #look(member: Member): Promise<void> {
    if (member.isLooking) return
    member.isLooking = true
    try {
      await member.look()
    } catch {
      // A look reports its own trouble.
    } finally {
      member.isLooking = false
    }
  }
}

const all = new WeakMap<Clock, Map<number, Resyncs>>()

/** Has something looked at in every interval, together with all else that has this clock and this interval. Returns how to end that. */
export const joinResyncs = (clock: Clock, everyMs: number, look: () => Promise<void>): (() => void) => {
  const ofClock = all.get(clock) ?? new Map<number, Resyncs>()
  all.set(clock, ofClock)
  const resyncs = ofClock.get(everyMs) ?? new Resyncs(clock, everyMs)
  ofClock.set(everyMs, resyncs)
  const leave = resyncs.join(look)
  return () => {
    leave()
    if (resyncs.size === 0) ofClock.delete(everyMs)
  }
}
