import type { MountCode, Stage } from '@hotmount/core'
import { type NamedLoop, namedLoops, type Observed } from './observed.js'

/** A value under its labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** What every metric has: its name with the unit in it, what it means, and its labels. No label holds a key or a value. */
export interface MetricRow {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
}

/** A metric that is read when somebody asks, from what mounts and loops say of themselves. */
export interface ReadRow extends MetricRow {
  readonly kind: 'gauge' | 'counter'
  /** `now` in milliseconds, on the clock of mounts and loops. */
  readonly read: (observed: Observed, now: number) => readonly Sample[]
}

const seconds = (date: Date): number => date.getTime() / 1000

const ofMount = (
  kind: ReadRow['kind'],
  name: string,
  help: string,
  value: (observed: Observed) => number | undefined,
): ReadRow => ({
  kind,
  name,
  help,
  labelNames: ['mount'],
  read: (observed) => {
    const read = value(observed)
    return read === undefined ? [] : [{ labels: { mount: observed.name }, value: read }]
  },
})

/** For how long, in seconds; 0 where there is no since. */
const lasting = (since: Date | undefined, now: number): number =>
  since === undefined ? 0 : Math.max(0, now - since.getTime()) / 1000

const ofLoop = (
  name: string,
  help: string,
  value: (loop: NamedLoop['loop'], now: number) => number | undefined,
): ReadRow => ({
  kind: 'gauge',
  name,
  help,
  labelNames: ['mount', 'reaction'],
  read: ({ name: mount, loops }, now) =>
    namedLoops(loops).flatMap(({ name: reaction, loop }) => {
      const read = value(loop, now)
      return read === undefined ? [] : [{ labels: { mount, reaction }, value: read }]
    }),
})

const states = ['inSync', 'pending', 'running', 'rejected', 'dirty', 'held'] as const

/** Of mounts. */
const mountRows: readonly ReadRow[] = [
  {
    kind: 'gauge',
    name: 'hotmount_mount_info',
    help: 'Always 1: how the mount is laid out, and how changes of it are noticed.',
    labelNames: ['mount', 'layout', 'watching'],
    read: ({ name, mount: { layout, health } }) => [
      { labels: { mount: name, layout, watching: health.watching }, value: 1 },
    ],
  },
  ofMount(
    'counter',
    'hotmount_changes_total',
    'Changes of the watched keys.',
    ({ mount }) => mount.health.changes,
  ),
  ofMount(
    'counter',
    'hotmount_missed_events_total',
    'Changes that the resync found and no file event had announced.',
    ({ mount }) => mount.health.missedEvents,
  ),
  {
    kind: 'gauge',
    name: 'hotmount_mount_trouble',
    help: 'Always 1: a trouble of the mount that is not over, by its code; absent when there is none.',
    labelNames: ['mount', 'code'],
    read: ({ name, mount }) =>
      [...new Set<MountCode>(mount.health.troubles.map(({ code }) => code))].map((code) => ({
        labels: { mount: name, code },
        value: 1,
      })),
  },
  ofMount(
    'gauge',
    'hotmount_mount_detached',
    '1 when this container sees no more updates and has to be restarted, else 0.',
    ({ mount }) => Number(mount.health.detached),
  ),
  ofMount('gauge', 'hotmount_keys', 'Keys in the mounted revision.', ({ mount }) => mount.snapshot.size),
  ofMount(
    'gauge',
    'hotmount_mounted_generation',
    'Counts the revisions that this process has seen, from 1.',
    ({ mount }) => mount.snapshot.generation,
  ),
  ofMount(
    'gauge',
    'hotmount_published_timestamp_seconds',
    'When the kubelet put the mounted revision in place, in Unix time; absent for an ordinary directory or file.',
    ({ mount: { snapshot } }) => snapshot.publishedAt && seconds(snapshot.publishedAt),
  ),
  ofMount(
    'gauge',
    'hotmount_last_check_timestamp_seconds',
    'When the mount was last looked at, in Unix time.',
    ({ mount }) => seconds(mount.health.lastCheckAt),
  ),
]

/** Of loops. */
const loopRows: readonly ReadRow[] = [
  ofLoop('hotmount_in_sync', '1 when what is mounted is applied and verified, else 0.', ({ status }) =>
    Number(status.state === 'inSync'),
  ),
  ofLoop(
    'hotmount_out_of_sync_seconds',
    'For how long what is mounted has not been what is applied and verified; 0 while it is.',
    ({ status }, now) => lasting(status.outOfSyncSince, now),
  ),
  ofLoop(
    'hotmount_in_doubt_seconds',
    'For how long it has been unknown what runs, also while that is tried again; 0 while it is known.',
    ({ status }, now) => lasting(status.inDoubtSince, now),
  ),
  {
    kind: 'gauge',
    name: 'hotmount_state',
    help: '1 for the state that the loop is in, 0 for the others.',
    labelNames: ['mount', 'reaction', 'state'],
    read: ({ name: mount, loops }) =>
      namedLoops(loops).flatMap(({ name: reaction, loop }) =>
        states.map((state) => ({
          labels: { mount, reaction, state },
          value: Number(loop.status.state === state),
        })),
      ),
  },
  ofLoop(
    'hotmount_applied_generation',
    'The generation of what was last applied and verified; absent while nothing is. Compare with hotmount_mounted_generation.',
    ({ status }) => status.appliedGeneration,
  ),
]

/** Metrics that are read when asked for. */
export const readRows: readonly ReadRow[] = [...mountRows, ...loopRows]

/** Names the metrics that grow with what is told. */
export type ToldName =
  | 'troubles'
  | 'reloads'
  | 'lastSuccess'
  | 'duration'
  | 'stage'
  | 'seen'
  | 'applied'
  | 'verified'

/** Metrics that grow with what is told. */
export const toldRows: Readonly<Record<ToldName, MetricRow>> = {
  troubles: {
    name: 'hotmount_mount_troubles_total',
    help: 'Troubles of the mount that have begun, by code.',
    labelNames: ['mount', 'code'],
  },
  reloads: {
    name: 'hotmount_reloads_total',
    help: 'Attempts to bring a revision into effect, by what became of them.',
    labelNames: ['mount', 'reaction', 'outcome'],
  },
  lastSuccess: {
    name: 'hotmount_last_success_timestamp_seconds',
    help: 'When a revision was last applied and verified, in Unix time; absent before the first.',
    labelNames: ['mount', 'reaction'],
  },
  duration: {
    name: 'hotmount_reload_duration_seconds',
    help: 'How long an attempt took, from its check to its end. Skipped ones are not counted.',
    labelNames: ['mount', 'reaction'],
  },
  stage: {
    name: 'hotmount_stage_duration_seconds',
    help: 'How long a stage took: check, apply, verify, or rollback.',
    labelNames: ['mount', 'reaction', 'stage'],
  },
  seen: {
    name: 'hotmount_publish_to_seen_seconds',
    help: 'From when the kubelet put a revision in place until it was read.',
    labelNames: ['mount'],
  },
  applied: {
    name: 'hotmount_publish_to_applied_seconds',
    help: 'From when the kubelet put a revision in place until it was applied, for those that were verified then.',
    labelNames: ['mount', 'reaction'],
  },
  verified: {
    name: 'hotmount_publish_to_verified_seconds',
    help: 'From when the kubelet put a revision in place until it was verified.',
    labelNames: ['mount', 'reaction'],
  },
}

/** The stages that are timed. */
export const timedStages: readonly (Stage | 'rollback')[] = ['check', 'apply', 'verify', 'rollback']
