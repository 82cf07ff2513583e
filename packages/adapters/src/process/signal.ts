import { type Change, type Duration, type Reaction, type ReactionContext, toMs } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import { requireArgv, requireProcess, requireSignal } from '../options/required.js'
import { type Check, runCheck } from './check.js'
import { deliver } from './deliver.js'
import { type DrainingLimit, holdWhileDraining } from './hold.js'
import type { PinnedProcess, ProcessRef } from './process-ref.js'
import type { Argv } from './spawn.js'
import { quoteEnded } from './quote.js'
import { readImage } from './procfs.js'
import { inContext, type Where } from './target-error.js'
import { Roster } from './roster.js'
import { proveAlive, proveByWord, proveNewWorkers, type Scene, type Verification } from './verification.js'
import type { Question, Witness } from './witness.js'
import type { Worker } from './workers.js'

/** Options of {@link signal}. */
export interface SignalOptions {
  /** A command that must exit with 0 before anything is sent. */
  readonly check?: Argv
  /** Default: none, and the report says 'signalled, unconfirmed'. */
  readonly verify?: Verification
  /** How long the proof may take. Default 10 s; give more to servers that finish long requests first. */
  readonly within?: Duration
}

/** Whom a signal was sent to, and its children before. */
export interface SignalReceipt extends PinnedProcess {
  readonly before: readonly Worker[]
  /** More old workers than allowed were still draining when it was sent: so many. */
  readonly crowded: number | undefined
  /** How to ask the server itself, where it has a word of its own. */
  readonly ask?: Question | undefined
  /** What it was executing, where a reload executes it again and /proc tells. */
  readonly image?: string | undefined
}

/** Everything about one signal, for servers as well as for {@link signal}. */
export interface SignalSpec {
  readonly name: string
  readonly target: ProcessRef
  readonly signal: NodeJS.Signals
  readonly check?: Check | undefined
  /** All must hold, one after the other. `itsWord`: that of the witness alone, for a server without children. */
  readonly verify: readonly (Verification | 'itsWord')[]
  /** Title of a worker that only finishes what it has begun. */
  readonly draining?: RegExp | undefined
  readonly withinMs: number
  readonly limit?: DrainingLimit | undefined
  /** The server's own word, on which 'newWorkers' then insists as well. */
  readonly witness?: Witness | undefined
  /** It starts all its new workers before it ends an old one. */
  readonly startsBeside?: boolean | undefined
  /** Its new workers are always seen beside the old, so one that is not was only started again. */
  readonly overlaps?: boolean | undefined
  /** It reloads by executing itself again. */
  readonly reexecutes?: boolean | undefined
  /** How old the target must be before it is signalled, in milliseconds. */
  readonly leastAgeMs?: number | undefined
}

const send = async (
  spec: SignalSpec,
  roster: Roster,
  { signal, clock, timeoutMs }: ReactionContext,
): Promise<SignalReceipt> => {
  const target = await spec.target.find(signal)
  const draining = (): number => roster.drainingOf(target.pid)
  // What is left of the stage is for the signal itself: held to its end, it would time out at every try.
  const limit = spec.limit && { ...spec.limit, holdMs: Math.min(spec.limit.holdMs, timeoutMs / 2) }
  const crowded = limit && (await holdWhileDraining(draining, limit, { clock, signal }))
  const before = roster.of(target.pid)
  const image = spec.reexecutes ? readImage(target.pid) : undefined
  const ask = await spec.witness?.(target, signal)
  const { leastAgeMs } = spec
  await deliver(spec.target.describe, target, spec.signal, { signal, clock, leastAgeMs })
  return {
    pid: target.pid,
    startTime: target.startTime,
    before,
    crowded,
    ...(ask && { ask }),
    ...(image && { image }),
  }
}

const prove = async (
  spec: SignalSpec,
  roster: Roster,
  { before, crowded, ask, image, ...target }: SignalReceipt,
  context: ReactionContext,
): Promise<string> => {
  const { signal, clock, change } = context
  const { describe } = spec.target
  const scene: Scene = {
    ...spec,
    roster,
    describe,
    target,
    before,
    signal,
    clock,
    ask,
    image,
    quote: (text) => quoteEnded(text, change.snapshot, context),
  }
  const evidence: string[] = []
  for (const verification of spec.verify) {
    if (verification === 'newWorkers')
      evidence.push(
        await proveNewWorkers(scene, () => deliver(describe, target, spec.signal, { signal, clock })),
      )
    else if (verification === 'itsWord') evidence.push(await proveByWord(scene))
    else if (verification === 'alive') evidence.push(await proveAlive(scene))
    else evidence.push((await verification.run(signal)) ?? verification.describe)
  }
  if (evidence.length === 0) evidence.push('signalled, unconfirmed')
  if (crowded !== undefined) evidence.push(`sent although ${crowded} old workers were still draining`)
  return evidence.join('; ')
}

/** The reaction of a {@link SignalSpec}. */
export const signalReaction = (spec: SignalSpec): Reaction<SignalReceipt> => {
  const { name, check } = spec
  const roster = new Roster(spec.draining)
  const where = (stage: Where['stage'], change: Change): Where => ({
    reaction: name,
    stage,
    revision: change.snapshot.revision,
  })
  const reaction: Reaction<SignalReceipt> = {
    name,
    apply: (change, context) => inContext(where('apply', change), () => send(spec, roster, context)),
    verify: (receipt, context) =>
      inContext(where('verify', context.change), () => prove(spec, roster, receipt, context)),
  }
  return check
    ? { ...reaction, check: (snapshot, context) => runCheck(name, check, snapshot, context) }
    : reaction
}

/**
 * Sends a signal to a process, once /proc shows that it catches that signal, and proves the effect if told how.
 * Linux only. Throws in apply: TARGET_NOT_FOUND, TARGET_AMBIGUOUS, TARGET_FORBIDDEN, APPLY_FAILED (the target would
 * be ended by the signal); in check: CHECK_FAILED; in verify: VERIFY_FAILED.
 *
 * @throws UsageError BAD_OPTION, BAD_DURATION
 * @example
 * reload(mount, signal(pidFile('/run/app.pid'), 'SIGHUP', { verify: httpProbe('http://127.0.0.1:8080/ready') }))
 */
export const signal = (
  target: ProcessRef,
  name: NodeJS.Signals,
  options: SignalOptions = {},
): Reaction<SignalReceipt> => {
  refuseUnknown('signal', options, { check: true, verify: true, within: true })
  const { check, verify, within = '10s' } = options
  requireProcess('signal', target)
  requireSignal('signal', name)
  if (check !== undefined) requireArgv('signal: check', check)
  return signalReaction({
    name: `${name} to ${target.describe}`,
    target,
    signal: name,
    check: check && { argv: check, timeoutMs: 30_000 },
    verify: verify === undefined ? [] : [verify],
    withinMs: toMs(within, 'within'),
  })
}
