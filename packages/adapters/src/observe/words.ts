import type { Report, Status } from '@hotmount/core'

const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1000 },
] as const

/** A length of time in the two largest units that matter: `3 h 12 min`, `42 s`, `0.4 s`, `12 ms`. */
export const span = (ms: number): string => {
  if (ms < 100) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 10_000) return `${(ms / 1000).toFixed(1).replace(/\.0$/, '')} s`
  const at = units.findIndex((unit) => ms >= unit.ms)
  const [large, small] = [units[at], units[at + 1]]
  if (!large) return `${Math.round(ms)} ms`
  const whole = Math.floor(ms / large.ms)
  const rest = small ? Math.floor((ms % large.ms) / small.ms) : 0
  return rest > 0 && small ? `${whole} ${large.name} ${rest} ${small.name}` : `${whole} ${large.name}`
}

/** Each state in words. */
export const stateWords: Readonly<Record<Status['state'], string>> = {
  inSync: 'in sync',
  pending: 'waiting to act',
  running: 'at work',
  rejected: 'rejected',
  dirty: 'in doubt',
  held: 'held: it changes too often',
}

/** Each outcome in words. */
export const outcomeWords: Readonly<Record<Report['outcome'], string>> = {
  applied: 'applied',
  skipped: 'skipped',
  rejected: 'rejected',
  failed: 'failed',
  rolledBack: 'rolled back',
}

/** Why an attempt was skipped. */
const skipWords: Readonly<Record<Extract<Report, { outcome: 'skipped' }>['reason'], string>> = {
  gate: 'the gate is closed',
  unchanged: 'nothing to do',
  superseded: 'a newer revision is there',
  breaker: 'it changes too often',
}

/** What there is to say of a report besides its outcome: proof, reason or error. Never a value. */
export const reasonOf = (report: Report): string | undefined => {
  if (report.outcome === 'applied') return report.evidence
  return report.outcome === 'skipped' ? skipWords[report.reason] : report.error.message
}
