import { type Duration, HotmountError, toMs, UsageError } from '@hotmount/core'
import { type AnnotationNames, ownNames } from './annotation-names.js'
import { type Calendar, readCalendar } from './calendar.js'
import { own, type Subject } from './decide.js'

/** So many, within so many milliseconds. */
export interface Quota {
  readonly max: number
  readonly withinMs: number
}

/** How long changes are gathered: until it was quiet for so long, and no longer than that in all. */
export interface Gathering {
  readonly quietMs: number
  readonly maxMs: number
}

/** When a workload may roll. */
export interface Policy {
  readonly coalesce: Gathering
  /** How long after its first change a rollout waits, whatever else comes. */
  readonly pauseMs: number | undefined
  readonly rate: Quota | undefined
  readonly breaker: Quota | undefined
  readonly window: Calendar | undefined
  /** Workloads of a namespace with the same turn roll one after the other. */
  readonly turn: string | undefined
  readonly needsApproval: boolean
  /** A StatefulSet or DaemonSet that rolls for so long without another new pod is stuck. Infinity: never. */
  readonly deadlineMs: number
  /** What a person wrote. */
  readonly approve: string | undefined
  readonly release: string | undefined
}

/** What holds for workloads that say nothing themselves. */
export type Defaults = Pick<
  Policy,
  'coalesce' | 'rate' | 'breaker' | 'window' | 'turn' | 'needsApproval' | 'deadlineMs'
>

/** A policy, or what is wrong with the annotations: then nothing rolls until they are mended. */
export type PolicyReading =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly annotation: string; readonly hint: string }

const bad = (option: string, what: string, hint: string): UsageError =>
  new UsageError('BAD_OPTION', `${option}: ${what}`, { hint })

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- toMs is what judges it
const part = (text: string, option: string): number => toMs(text as Duration, option)

// Longer ones are none, and finding the parts of a text takes time that grows with the square of its length.
const longestDuration = 64

const ms = (text: string, option: string): number => {
  if (text.length > longestDuration) return part('', option)
  const parts = text.match(/\d+(?:\.\d+)?(?:ms|s|m|h)/g) ?? []
  // Go's durations have several parts: 1h30m.
  if (parts.length === 0 || parts.join('') !== text) return part(text, option)
  return toMs(
    parts.reduce((sum, each) => sum + part(each, option), 0),
    option,
  )
}

/** `30s`, or `5s:1m`: quiet for so long, and at most so long. @throws UsageError BAD_DURATION BAD_OPTION */
export const readGathering = (text: string, option: string): Gathering => {
  const [quiet = '', max, ...more] = text.split(':')
  if (more.length > 0) throw bad(option, 'more than two durations', 'write 5s, or 5s:1m')
  const quietMs = ms(quiet, option)
  const maxMs = max === undefined ? quietMs * 4 : ms(max, option)
  if (maxMs < quietMs)
    throw bad(option, 'the second duration is the shorter one', 'write 5s:1m: quiet, then the most')
  return { quietMs, maxMs }
}

// The times of so many rollouts are kept in an annotation.
const mostCounted = 100

/** `3/1h`: three within an hour; undefined for `off`. @throws UsageError BAD_DURATION BAD_OPTION */
export const readQuota = (text: string, option: string): Quota | undefined => {
  if (text === 'off') return undefined
  const match = /^(\d+)\/(.+)$/.exec(text)
  const max = Number(match?.[1])
  if (!(max >= 1 && max <= mostCounted))
    throw bad(option, 'no number of rollouts from 1 to 100', 'write 3/1h, or off')
  const withinMs = ms(match?.[2] ?? '', option)
  if (withinMs === 0) throw bad(option, 'within no time', 'write 3/1h, or off')
  return { max, withinMs }
}

/** `10m`; Infinity for `off`. @throws UsageError BAD_DURATION BAD_OPTION */
export const readDeadline = (text: string, option: string): number => {
  if (text === 'off') return Number.POSITIVE_INFINITY
  const limit = ms(text, option)
  if (limit === 0) throw bad(option, 'no time at all', 'write 10m, or off')
  return limit
}

const readApproval = (text: string, option: string): boolean => {
  if (text === 'required' || text === 'off') return text === 'required'
  throw bad(option, 'neither required nor off', 'write required')
}

const rolloutWords = ['auto', 'configmaps', 'secrets', 'off']
const readRollout = (text: string, option: string): void => {
  if (!rolloutWords.includes(text))
    throw bad(option, 'an unknown word', `there are: ${rolloutWords.join(', ')}`)
}

/**
 * What a workload's annotations say about when it may roll; flags say it for those that do not. Reloader's pause
 * period is for Deployments alone, and is left out where it is no duration, as there.
 */
export const readPolicy = (subject: Subject, names: AnnotationNames, defaults: Defaults): PolicyReading => {
  let reading = ''
  const read = <T>(name: string, parse: (text: string, option: string) => T, fallback: T): T => {
    const text = own(subject, name)
    reading = name
    return text === undefined ? fallback : parse(text.trim(), name)
  }
  try {
    read(ownNames.rollout, readRollout, undefined)
    return {
      ok: true,
      policy: {
        coalesce: read(ownNames.coalesce, readGathering, defaults.coalesce),
        pauseMs: pauseOf(subject, names),
        rate: read(ownNames.rate, readQuota, defaults.rate),
        breaker: read(ownNames.breaker, readQuota, defaults.breaker),
        window: read(ownNames.window, readCalendar, defaults.window),
        turn: read(ownNames.turn, (text) => (text === 'off' ? undefined : text), defaults.turn),
        needsApproval: read(ownNames.approval, readApproval, defaults.needsApproval),
        deadlineMs: read(ownNames.deadline, readDeadline, defaults.deadlineMs),
        approve: subject.annotations[ownNames.approve],
        release: subject.annotations[ownNames.release],
      },
    }
  } catch (error) {
    if (!(error instanceof HotmountError)) throw error
    return { ok: false, annotation: reading, hint: error.hint ?? error.message }
  }
}

/** Milliseconds of Reloader's pause period; undefined without one, or one that is none. */
const pauseOf = ({ kind, annotations }: Subject, names: AnnotationNames): number | undefined => {
  const text = annotations[names.pausePeriod]
  if (kind !== 'Deployment' || text === undefined) return undefined
  try {
    const period = ms(text.trim(), names.pausePeriod)
    return period > 0 ? period : undefined
  } catch {
    return undefined
  }
}
