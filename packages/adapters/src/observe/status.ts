import type { Clock, HotmountError, Report, StageTimes, Status } from '@hotmount/core'
import { healthAt } from './health.js'
import type { History, KeyNames, Moment } from './history.js'
import { isInSync, namedLoops, type Observed } from './observed.js'
import type { Verdict } from './verdict.js'
import { reasonOf } from './words.js'

/** A revision and its content, by name. */
export interface RevisionJson {
  readonly revision: string
  readonly digest: string
}

/** An error as it may be shown: no stack, no origin, no value. */
export interface ErrorJson {
  readonly code: string
  readonly message: string
  readonly hint?: string
}

/** A report as it may be shown. */
export interface ReportJson extends RevisionJson {
  readonly outcome: Report['outcome']
  readonly attempt: number
  readonly durationMs: number
  readonly stages: StageTimes
  /** The proof, the reason of a skip, or the error's message. */
  readonly reason?: string
  readonly evidence?: string
  readonly stage?: string
  readonly error?: ErrorJson
  /** Where a rollback went. */
  readonly to?: string
  readonly retryInMs?: number
}

/** One reaction and where it stands. */
export interface ReactionJson {
  readonly name: string
  readonly state: Status['state']
  readonly closed: boolean
  readonly desired: RevisionJson
  readonly applied: (RevisionJson & { readonly generation: number }) | null
  readonly outOfSyncSince: string | null
  readonly inDoubtSince: string | null
  readonly lastReport: ReportJson | null
}

/** One mount and where it stands. */
export interface MountJson extends RevisionJson {
  readonly name: string
  readonly path: string
  readonly layout: string
  readonly watching: 'events' | 'polling'
  readonly closed: boolean
  readonly deaf: boolean
  readonly detached: boolean
  readonly generation: number
  readonly publishedAt: string | null
  readonly seenAt: string
  readonly keys: { readonly count: number; readonly names: readonly string[] }
  readonly changes: number
  readonly missedEvents: number
  readonly lastCheckAt: string
  readonly resyncMs: number | null
  readonly troubles: readonly ErrorJson[]
  readonly inSync: boolean
  readonly reactions: readonly ReactionJson[]
}

/** One thing that happened, the newest first. */
export interface MomentJson {
  readonly time: string
  readonly kind: Moment['kind']
  readonly mount: string
  readonly revision?: string
  readonly digest?: string
  readonly added?: readonly string[]
  readonly changed?: readonly string[]
  readonly removed?: readonly string[]
  /** How many key names are not listed. */
  readonly more?: number
  readonly results?: readonly (ReportJson & { readonly reaction: string; readonly time: string })[]
  readonly error?: ErrorJson
}

/** All that `/status` says. */
export interface StatusJson {
  readonly time: string
  readonly live: Verdict
  readonly ready: Verdict
  readonly mounts: readonly MountJson[]
  readonly history: readonly MomentJson[]
}

const maxKeys = 1000
const timeOf = (date: Date | undefined): string | null => date?.toISOString() ?? null

// Tools may say a lot, and all of it is kept for as long as the history goes back.
const maxText = 8000
const clipped = (text: string): string => (text.length > maxText ? `${text.slice(0, maxText)}…` : text)

const errorJson = ({ code, message, hint }: HotmountError): ErrorJson => ({
  code,
  message: clipped(message),
  ...(hint !== undefined && { hint }),
})

const reportJson = (report: Report): ReportJson => {
  const { outcome, revision, digest, attempt, durationMs, stages } = report
  const reason = reasonOf(report)
  return {
    outcome,
    revision,
    digest,
    attempt,
    durationMs,
    stages,
    ...(reason !== undefined && { reason: clipped(reason) }),
    ...('evidence' in report && { evidence: clipped(report.evidence ?? '') }),
    ...('stage' in report && { stage: report.stage }),
    ...('error' in report && { error: errorJson(report.error) }),
    ...('to' in report && { to: report.to }),
    ...('retryInMs' in report && { retryInMs: report.retryInMs }),
  }
}

const appliedJson = ({ applied, appliedDigest, appliedGeneration }: Status): ReactionJson['applied'] =>
  applied === undefined || appliedDigest === undefined || appliedGeneration === undefined
    ? null
    : { revision: applied, digest: appliedDigest, generation: appliedGeneration }

const reactionsJson = ({ loops }: Observed): readonly ReactionJson[] =>
  namedLoops(loops).map(({ name, loop }) => {
    const { status } = loop
    return {
      name,
      state: status.state,
      closed: loop.signal.aborted,
      desired: { revision: status.desired, digest: status.desiredDigest },
      applied: appliedJson(status),
      outOfSyncSince: timeOf(status.outOfSyncSince),
      inDoubtSince: timeOf(status.inDoubtSince),
      lastReport: status.lastReport ? reportJson(status.lastReport) : null,
    }
  })

const mountJson = (observed: Observed): MountJson => {
  const { name, mount } = observed
  const { path, layout, snapshot, health } = mount
  const { watching, deaf, detached, changes, missedEvents, lastCheckAt, resyncMs, troubles } = health
  return {
    name,
    path,
    layout,
    watching,
    closed: mount.signal.aborted,
    deaf,
    detached,
    revision: snapshot.revision,
    digest: snapshot.digest,
    generation: snapshot.generation,
    publishedAt: timeOf(snapshot.publishedAt),
    seenAt: snapshot.takenAt.toISOString(),
    keys: { count: snapshot.size, names: snapshot.keys().slice(0, maxKeys) },
    changes,
    missedEvents,
    lastCheckAt: lastCheckAt.toISOString(),
    resyncMs: resyncMs ?? null,
    troubles: troubles.map(errorJson),
    inSync: isInSync(observed),
    reactions: reactionsJson(observed),
  }
}

const momentJson = (moment: Moment): MomentJson => {
  const { kind, at, mount } = moment
  const base = { time: at.toISOString(), kind, mount }
  if ('error' in moment) return { ...base, error: errorJson(moment.error) }
  const { revision, digest, added, changed, removed, results } = moment
  const more = [added, changed, removed].reduce((sum, keys: KeyNames) => sum + keys.more, 0)
  return {
    ...base,
    revision,
    digest,
    added: added.names,
    changed: changed.names,
    removed: removed.names,
    more,
    results: results.map(({ reaction, at: then, report }) =>
      Object.assign({ reaction, time: then.toISOString() }, reportJson(report)),
    ),
  }
}

/** What is judged together. */
export interface Seen {
  readonly observed: readonly Observed[]
  readonly history: History
  readonly clock: Clock
  readonly staleMs: number
}

const all = (verdicts: readonly Verdict[]): Verdict => ({
  ok: verdicts.every(({ ok }) => ok),
  findings: verdicts.flatMap(({ findings }) => findings),
})

/** Whether all mounts and loops are alive. */
export const liveOf = ({ observed, clock }: Seen): Verdict =>
  all(observed.map((one) => healthAt(one, clock).live()))

/** Whether all that is mounted is in effect, or has not been for the time allowed. */
export const readyOf = ({ observed, clock, staleMs }: Seen): Verdict =>
  all(observed.map((one) => healthAt(one, clock).ready({ stale: staleMs })))

/** Everything there is to know, without a value. */
export const statusOf = (seen: Seen): StatusJson => ({
  time: new Date(seen.clock.now()).toISOString(),
  live: liveOf(seen),
  ready: readyOf(seen),
  mounts: seen.observed.map(mountJson),
  history: seen.history.moments.map(momentJson),
})
