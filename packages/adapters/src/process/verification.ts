import type { Clock } from '@hotmount/core'
import type { Probe } from '../probe/probe.js'
import { presence } from './deliver.js'
import type { PinnedProcess } from './process-ref.js'
import { readImage } from './procfs.js'
import type { Roster } from './roster.js'
import { describeVerdict, lastWord, observe, settled, settling } from './settling.js'
import { targetError } from './target-error.js'
import type { Question, Word } from './witness.js'
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
  readonly roster: Roster
  readonly withinMs: number
  /** The server's own word, where it can be asked: without it nothing is proven. */
  readonly ask?: Question | undefined
  readonly startsBeside?: boolean | undefined
  readonly overlaps?: boolean | undefined
  /** Of the target before the signal, where it executes itself again. */
  readonly image?: string | undefined
  /** What may be shown of what the server says, as the end of a sentence. */
  readonly quote: (text: string) => Promise<string>
}

const pollMs = 25
const aliveMs = 1000
/** After this long without any effect the signal is taken for lost. nginx tries to bind for 2.5 s first. */
const lostAfterMs = 3000

const unproven = ({ describe, target }: Scene, what: string, hint: string): Error =>
  targetError('VERIFY_FAILED', describe, `${describe} (pid ${target.pid}) got the signal, but ${what}`, {
    hint,
    retryable: true,
  })

const unsaid = ({ ask }: Scene, word: Word): string =>
  ask && word.kind === 'silent' ? ', and it has not said that it took the config' : ''

const hints = {
  refused: 'it goes on with its old config; its own log may say more',
  died: 'some servers end when the config they re-read is bad: give a check, so that it is refused before',
  other:
    'its own log says why: a port in use passes every check, and so does a config that the check does not read',
} as const

const look = ({ target, roster, startsBeside, overlaps, ask, image }: Scene, word: Word): Sighting => ({
  master: presence(target),
  workers: roster.of(target.pid),
  isTaken: ask && word.kind === 'taken',
  startsBeside,
  overlaps,
  isReexecuted: image !== undefined && (readImage(target.pid) ?? image) !== image,
})

const silence = (): Word => ({ kind: 'silent' })

/** What it says now. What it has taken, it has taken. @throws ReactionError VERIFY_FAILED when it refused */
const listen = async (scene: Scene, last: Word): Promise<Word> => {
  if (!scene.ask || last.kind === 'taken') return last
  const word = await scene.ask(scene.signal)
  if (word.kind !== 'refused') return word
  throw unproven(scene, `it refused the config${await scene.quote(word.said)}`, hints.refused)
}

/** Proof by children; `resend` is called once when nothing at all has happened. @throws ReactionError VERIFY_FAILED */
export const proveNewWorkers = async (scene: Scene, resend: () => Promise<void>): Promise<string> => {
  const { clock, before, withinMs } = scene
  const start = clock.now()
  let state = settling(before, start)
  let resent = false
  let word = silence()
  for (;;) {
    if (presence(scene.target) === 'there') word = await listen(scene, word)
    state = observe(state, look(scene, word), clock.now())
    const final = settled(state, clock.now())
    if (final?.kind === 'applied' || final?.kind === 'draining') {
      scene.roster.replaced(before, scene.target.pid)
      return word.kind === 'taken' ? `${word.evidence}; ${describeVerdict(final)}` : describeVerdict(final)
    }
    if (final) throw unproven(scene, describeVerdict(final), hints.died)
    const waited = clock.now() - start
    if (waited >= withinMs)
      throw unproven(
        scene,
        `after ${withinMs} ms ${describeVerdict(lastWord(state))}${unsaid(scene, word)}`,
        hints.other,
      )
    const isLost = state.verdict.kind === 'noEffect' && word.kind === 'silent'
    if (!resent && isLost && waited >= Math.min(lostAfterMs, withinMs / 2)) {
      resent = true
      await resend()
    }
    await clock.sleep(pollMs, scene.signal)
  }
}

/** Proof by the server's word alone, for one without children. @throws ReactionError VERIFY_FAILED */
export const proveByWord = async (scene: Scene): Promise<string> => {
  const until = scene.clock.now() + scene.withinMs
  for (let word = silence(); ;) {
    const master = presence(scene.target)
    if (master !== 'there')
      throw unproven(scene, describeVerdict({ kind: master === 'gone' ? 'died' : 'lostTarget' }), hints.died)
    word = await listen(scene, word)
    if (word.kind === 'taken') return word.evidence
    if (scene.clock.now() >= until)
      throw unproven(scene, `after ${scene.withinMs} ms it has not said that it took the config`, hints.other)
    await scene.clock.sleep(pollMs, scene.signal)
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
