import type { Clock } from '@hotmount/core'
import type { Probe } from '../probe/probe.js'
import { presence } from './deliver.js'
import type { PinnedProcess } from './process-ref.js'
import { listProcesses } from './procfs.js'
import { titleOf } from './match.js'
import { describeVerdict, lastWord, observe, settled, settling } from './settling.js'
import { targetError } from './target-error.js'
import type { Sighting, Worker } from './workers.js'

/**
 * What proves that a signal had its effect: a probe; `newWorkers`: every child from before is gone or draining, and
 * new ones stay; `alive`: the target survived it, which proves no more than that.
 */
export type Verification = Probe | 'newWorkers' | 'alive'

/** What the proof stands on. */
export interface Scene {
  readonly describe: string
  readonly target: PinnedProcess
  /** The children before the signal. */
  readonly before: readonly Worker[]
  readonly clock: Clock
  readonly signal: AbortSignal
  /** A child with such a title only finishes what it has begun. */
  readonly draining: RegExp
  readonly withinMs: number
}

/** The title by which a worker says that it is draining. nginx's, and a good guess for others. */
export const drainingTitle: RegExp = /\bis shutting down$/

const pollMs = 25
const aliveMs = 1000
/** After this long without any effect the signal is taken for lost. nginx tries to bind for 2.5 s first. */
const lostAfterMs = 3000

/** The children of a process, without zombies. */
export const workersOf = (master: number, draining: RegExp): readonly Worker[] =>
  listProcesses(({ ppid, state }) => ppid === master && state !== 'Z').map((process) => ({
    pid: process.pid,
    startTime: process.startTime,
    draining: titleOf(process).search(draining) >= 0,
  }))

const look = ({ target, draining }: Scene): Sighting => ({
  master: presence(target),
  workers: workersOf(target.pid, draining),
})

const unproven = ({ describe, target }: Scene, what: string, hint: string): Error =>
  targetError('VERIFY_FAILED', describe, `${describe} (pid ${target.pid}) got the signal, but ${what}`, {
    hint,
    retryable: true,
  })

const hints = {
  died: 'some servers end when the config they re-read is bad: give a check, so that it is refused before',
  other: 'its own log says why; a port in use, for one, passes every check',
} as const

/** Proof by children; `resend` is called once when nothing at all has happened. @throws ReactionError VERIFY_FAILED */
export const proveNewWorkers = async (scene: Scene, resend: () => Promise<void>): Promise<string> => {
  const { clock, before, withinMs } = scene
  const start = clock.now()
  let state = settling(before, start)
  let resent = false
  for (;;) {
    state = observe(state, look(scene), clock.now())
    const final = settled(state, clock.now())
    if (final?.kind === 'applied' || final?.kind === 'draining') return describeVerdict(final)
    if (final) throw unproven(scene, describeVerdict(final), hints.died)
    const waited = clock.now() - start
    if (waited >= withinMs)
      throw unproven(scene, `after ${withinMs} ms ${describeVerdict(lastWord(state))}`, hints.other)
    if (!resent && state.verdict.kind === 'noEffect' && waited >= Math.min(lostAfterMs, withinMs / 2)) {
      resent = true
      await resend()
    }
    await clock.sleep(pollMs, scene.signal)
  }
}

/** Proof that the target survived. @throws ReactionError VERIFY_FAILED */
export const proveAlive = async (scene: Scene): Promise<string> => {
  const until = scene.clock.now() + aliveMs
  for (;;) {
    const master = presence(scene.target)
    if (master !== 'there')
      throw unproven(scene, describeVerdict({ kind: master === 'gone' ? 'died' : 'lostTarget' }), hints.died)
    if (scene.clock.now() >= until) return `pid ${scene.target.pid} is still there after ${aliveMs} ms`
    await scene.clock.sleep(pollMs, scene.signal)
  }
}
