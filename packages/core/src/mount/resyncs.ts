import type { Clock } from '../base/clock.js'

interface Member {
  readonly look: () => Promise<void>
  isLooking: boolean
}

interface Group {
  readonly members: Set<Member>
  dueAt: number
}

// So many looks are half a millisecond of one turn of the event loop. Waking up costs more than a look does.
const groupSize = 25
// Multiples of it, whole parts taken off, lie evenly however many there are.
const golden = 0.618_033_988_749_895

/** The safety re-checks of all that have one interval: by one timer, in groups whose turns are spread over the interval. */
class Resyncs {
  readonly #clock: Clock
  readonly #everyMs: number
  readonly #groups = new Set<Group>()
  #made = 0
  #alarm: AbortController | undefined

  constructor(clock: Clock, everyMs: number) {
    this.#clock = clock
    this.#everyMs = everyMs
  }

  get isEmpty(): boolean {
    return this.#groups.size === 0
  }

  /** Looks once in every interval, never while a look is under way. Returns how to end that. */
  join(look: () => Promise<void>): () => void {
    const member = { look, isLooking: false }
    const group = [...this.#groups].find(({ members }) => members.size < groupSize) ?? this.#makeGroup()
    group.members.add(member)
    // Also where one is set: a test with timers of its own may have taken that away with it.
    this.#setAlarm()
    return () => this.#leave(group, member)
  }

  /** The first has its turn in a whole interval from now, each that follows in another share of it. */
  #makeGroup(): Group {
    const share = 1 - ((this.#made * golden) % 1)
    const group = { members: new Set<Member>(), dueAt: this.#clock.now() + this.#everyMs * share }
    this.#made += 1
    this.#groups.add(group)
    return group
  }

  #leave(group: Group, member: Member): void {
    group.members.delete(member)
    if (group.members.size > 0 || !this.#groups.delete(group)) return
    if (this.isEmpty) this.#alarm?.abort()
  }

  get #next(): Group | undefined {
    let next: Group | undefined
    for (const group of this.#groups) if (!next || group.dueAt < next.dueAt) next = group
    return next
  }

  #setAlarm(): void {
    this.#alarm?.abort()
    const next = this.#next
    if (!next) return
    this.#alarm = new AbortController()
    const { signal } = this.#alarm
    // Only another alarm and the last one who leaves end the sleep.
    this.#clock.sleep(Math.max(0, next.dueAt - this.#clock.now()), signal).then(
      () => this.#ring(),
      () => undefined,
    )
  }

  /** One group in one turn, also where several are late. */
  #ring(): void {
    const now = this.#clock.now()
    const group = this.#next
    // A timer may fire a fraction of a millisecond early.
    if (group && group.dueAt <= now + 1) {
      group.dueAt += this.#everyMs * Math.max(1, Math.ceil((now - group.dueAt) / this.#everyMs))
      for (const member of group.members) void this.#look(member)
    }
    this.#setAlarm()
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
    if (resyncs.isEmpty) ofClock.delete(everyMs)
  }
}
