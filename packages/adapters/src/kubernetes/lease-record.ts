import type { LeaseObject } from './objects.js'

/** What a lease says, and since when it has said just that, on our own clock. */
export interface Observation {
  readonly said: string
  /** Milliseconds. */
  readonly since: number
}

const saidBy = ({ spec }: LeaseObject): string =>
  JSON.stringify([spec?.holderIdentity, spec?.renewTime, spec?.acquireTime, spec?.leaseTransitions])

/**
 * Sees a lease. Its times are another machine's: they are compared with what they were before, never with our clock,
 * so that clocks which differ by hours do no harm.
 */
export const observe = (before: Observation | undefined, lease: LeaseObject, now: number): Observation => {
  const said = saidBy(lease)
  return before?.said === said ? before : { said, since: now }
}

/** How long the holder still has, in milliseconds: 0 or less when the lease may be taken. */
export const heldForMs = ({ spec }: LeaseObject, { since }: Observation, me: string, now: number): number => {
  const holder = spec?.holderIdentity ?? ''
  if (holder === '' || holder === me) return 0
  return since + (spec?.leaseDurationSeconds ?? 0) * 1000 - now
}

/** With the microseconds that a MicroTime wants. */
const microTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z')

/** A lease that is ours from now on, or still is. */
export const taken = (lease: LeaseObject, me: string, durationMs: number, now: number): LeaseObject => {
  const { spec } = lease
  const isOurs = spec?.holderIdentity === me
  const changes = (spec?.leaseTransitions ?? 0) + (isOurs || spec === undefined ? 0 : 1)
  return {
    ...lease,
    spec: {
      ...spec,
      holderIdentity: me,
      leaseDurationSeconds: Math.max(1, Math.ceil(durationMs / 1000)),
      acquireTime: isOurs && spec.acquireTime !== undefined ? spec.acquireTime : microTime(now),
      renewTime: microTime(now),
      leaseTransitions: changes,
    },
  }
}

/** A lease that nobody holds: the next one need not wait. */
export const released = (lease: LeaseObject, now: number): LeaseObject => ({
  ...lease,
  spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(now) },
})
