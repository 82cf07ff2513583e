import {
  type Clock,
  type Duration,
  type Mount,
  type MountHealth,
  type Reloader,
  type Status,
  systemClock,
  toMs,
} from '@hotmount/core'
import { type NamedLoop, namedLoops, type Observed } from './observed.js'
import { type Finding, type Verdict, verdictOf } from './verdict.js'
import { reasonOf, span, stateWords } from './words.js'

/** How one mount and its loops are, asked now. */
export interface Health {
  /** Whether a restart of this container is needed: the watch and the loops are really alive. */
  readonly live: () => Verdict
  /**
   * Whether what is mounted is what is applied and verified, or has not been for less than `stale` (default 0).
   *
   * @throws UsageError BAD_DURATION
   */
  readonly ready: (options?: { readonly stale?: Duration }) => Verdict
}

/** Resync ticks that may fail to come: a busy machine is late now and then. */
const missedTicks = 3
// A stage that was told to end gets time to do so, before a restart is called for.
const blockedGraceMs = 60_000

const looks = ({ resyncMs, lastCheckAt, watching }: MountHealth, now: number): Finding => {
  const ago = now - lastCheckAt.getTime()
  const by = watching === 'events' ? 'told by file events' : 'polling'
  if (resyncMs === undefined) return { ok: true, text: `${by}; it never looks by itself (resync is off)` }
  const ok = ago <= missedTicks * resyncMs
  const text = `looked ${span(ago)} ago and should every ${span(resyncMs)}`
  return { ok, text: ok ? `${by}; ${text}` : `the resync has stopped: ${text}` }
}

/** What is wrong with the watching of a mount, or that nothing is. */
const watchFindings = ({ name, mount }: Observed, now: number): readonly Finding[] => {
  const about = ({ ok, text }: Finding): Finding => ({ ok, text: `mount ${name}: ${text}` })
  if (mount.signal.aborted) return [about({ ok: false, text: 'closed' })]
  const { health } = mount
  return [
    about(looks(health, now)),
    ...(health.deaf ? [about({ ok: false, text: 'the watch has died and could not be put up again' })] : []),
    ...(health.detached
      ? [about({ ok: false, text: 'detached: this container sees no more updates, so restart it' })]
      : []),
  ]
}

const loopFinding = ({ name, loop }: NamedLoop, now: number): Finding => {
  if (loop.signal.aborted) return { ok: false, text: `reaction ${name}: its loop has ended` }
  const { state, blockedSince } = loop.status
  const blockedMs = blockedSince === undefined ? 0 : now - blockedSince.getTime()
  const text =
    blockedSince === undefined
      ? `its loop is alive (${stateWords[state]})`
      : `a stage ignores for ${span(blockedMs)} that its time is over`
  return { ok: blockedMs <= blockedGraceMs, text: `reaction ${name}: ${text}` }
}

/** Whether content that is mounted can be seen at all. */
const sightFindings = (
  { troubles, troubledSince }: MountHealth,
  now: number,
  staleMs: number,
): readonly Finding[] => {
  if (troubledSince === undefined) return []
  const ms = now - troubledSince.getTime()
  return troubles
    .filter(({ code }) => code !== 'WATCH_LIMIT')
    .map(({ message }) => ({ ok: ms <= staleMs, text: `in trouble for ${span(ms)}: ${message}` }))
}

const whyNot = ({ lastReport, state }: Status): string => {
  const reason = lastReport && lastReport.outcome !== 'applied' ? reasonOf(lastReport) : undefined
  return reason === undefined || state === 'running' ? '' : `: ${reason}`
}

const syncFinding = ({ name, loop }: NamedLoop, now: number, staleMs: number): Finding => {
  const { status } = loop
  if (loop.signal.aborted) return { ok: false, text: `reaction ${name}: its loop has ended` }
  const { state, applied, desired, outOfSyncSince } = status
  if (state === 'inSync' || outOfSyncSince === undefined)
    return { ok: true, text: `reaction ${name}: ${desired} is applied and verified` }
  const ms = now - outOfSyncSince.getTime()
  const runs = applied === undefined ? 'nothing is applied yet' : `${applied} is applied`
  const text = `${stateWords[state]} for ${span(ms)}: ${desired} is mounted, ${runs}${whyNot(status)}`
  return { ok: applied !== undefined && ms <= staleMs, text: `reaction ${name}: ${text}` }
}

/** Whether the watch and the loops of one mount are alive. */
const judgeLive = (observed: Observed, now: number): readonly Finding[] => [
  ...watchFindings(observed, now),
  ...namedLoops(observed.loops).map((loop) => loopFinding(loop, now)),
]

/** Whether what is mounted is in effect, or has not been for `staleMs` at most. */
const judgeReady = (observed: Observed, now: number, staleMs: number): readonly Finding[] => {
  const { name, mount, loops } = observed
  return [
    ...sightFindings(mount.health, now, staleMs).map(({ ok, text }) => ({
      ok,
      text: `mount ${name}: ${text}`,
    })),
    ...(loops.length === 0 ? [{ ok: true, text: `mount ${name}: no reaction to wait for` }] : []),
    ...namedLoops(loops).map((loop) => syncFinding(loop, now, staleMs)),
  ]
}

/** The same with a clock of one's own. */
export const healthAt = (observed: Observed, clock: Clock): Health => ({
  live: () => verdictOf(judgeLive(observed, clock.now())),
  ready: ({ stale = 0 } = {}) => verdictOf(judgeReady(observed, clock.now(), toMs(stale, 'stale'))),
})

/**
 * How a mount and its loops are, for an endpoint of your own.
 *
 * @example
 * const { live, ready } = health(mount, loop)
 * app.get('/healthz', (_, response) => response.sendStatus(live().ok ? 200 : 503))
 * app.get('/readyz', (_, response) => response.sendStatus(ready({ stale: '5m' }).ok ? 200 : 503))
 */
export const health = (mount: Mount, ...loops: Reloader[]): Health =>
  healthAt({ name: mount.path, mount, loops }, systemClock)
