import type { Report, Snapshot, Status } from '@hotmount/core'
import { UsageError } from '@hotmount/core'
import type { Happening } from './event-log.js'

/** Names of the annotations of a pod that tell what it runs. */
export interface PodAnnotations {
  readonly desired: string
  readonly applied: string
  readonly state: string
}

/** The annotations of one loop; `name` tells several in one pod apart. @throws UsageError BAD_OPTION */
export const podAnnotations = (name: string | undefined): PodAnnotations => {
  if (name !== undefined && !/^[A-Za-z0-9]([\w.-]{0,38}[A-Za-z0-9])?$/.test(name))
    throw new UsageError('BAD_OPTION', `name: ${JSON.stringify(name)} cannot be part of an annotation`, {
      hint: 'letters, digits, dots and dashes; 40 at most',
    })
  const end = name === undefined ? '' : `-${name}`
  return {
    desired: `hotmount.dev/desired-digest${end}`,
    applied: `hotmount.dev/applied-digest${end}`,
    state: `hotmount.dev/state${end}`,
  }
}

/** What a pod tells of one loop. */
export interface Notes {
  readonly desired: string
  readonly applied: string | undefined
  readonly state: Status['state']
}

/** The patch of a pod. */
export const notesBody = (names: PodAnnotations, { desired, applied, state }: Notes): object => ({
  metadata: {
    annotations: { [names.desired]: desired, [names.applied]: applied ?? null, [names.state]: state },
  },
})

const mostNames = 10

const listed = (how: string, keys: readonly string[]): readonly string[] => {
  if (keys.length === 0) return []
  const more = keys.length > mostNames ? ` and ${keys.length - mostNames} more` : ''
  return [`${how} ${keys.slice(0, mostNames).join(', ')}${more}`]
}

/** Names of the keys in which two snapshots differ, in words. */
export const differences = (before: Snapshot | undefined, after: Snapshot | undefined): string => {
  if (!before || !after) return ''
  const added = after.keys().filter((key) => !before.has(key))
  const removed = before.keys().filter((key) => !after.has(key))
  const changed = after.keys().filter((key) => before.has(key) && before.hash(key) !== after.hash(key))
  const parts = [...listed('changed', changed), ...listed('added', added), ...listed('removed', removed)]
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`
}

const shown = (digest: string): string => digest.slice(0, 12)

/**
 * What is told of a report: names, digests and codes. Messages of errors are not passed on: more people may read Events
 * than logs. Undefined: nothing.
 */
export const happeningOf = (
  report: Report,
  keys: string,
  running: string | undefined,
): Happening | undefined => {
  const { reaction, digest } = report
  const what = `digest ${shown(digest)}${keys}`
  const still = running === undefined ? '' : `; digest ${shown(running)} still runs`
  switch (report.outcome) {
    case 'applied':
      return { type: 'Normal', reason: 'ConfigApplied', message: `${reaction} applied ${what}` }
    case 'rejected':
      return {
        type: 'Warning',
        reason: 'ConfigRejected',
        message: `${reaction} rejected ${what}: ${report.error.code}${still}`,
      }
    case 'rolledBack':
      return {
        type: 'Warning',
        reason: 'ConfigRolledBack',
        message: `${reaction} took ${what} back: ${report.error.code}${still}`,
      }
    case 'failed':
      return {
        type: 'Warning',
        reason: 'ConfigFailed',
        message: `${reaction} failed to ${report.stage} ${what}: ${report.error.code}; what runs is in doubt`,
      }
    case 'skipped':
      return undefined
  }
  return undefined
}
