import { constants } from 'node:os'

/** Exit codes that are ours. A wrapped child's own code is passed on, whatever it is. */
export const exitCodes = {
  ok: 0,
  /** inspect: what was looked at never updates. */
  neverUpdates: 1,
  /** wait-for: it was not in effect in time. */
  timeIsUp: 1,
  /** status: not every pod has applied what is mounted. */
  notApplied: 1,
  /** check: some of it cannot be told before it is tried. */
  undecided: 1,
  usage: 2,
  /** The mount is missing, static, or cannot be read. */
  mount: 3,
  /** What is mounted at the start cannot be used. */
  rejected: 4,
  /** inspect: a newer version exists that this container cannot see. */
  stale: 5,
  /** A fault of hotmount itself. */
  internal: 70,
} as const

const numbers: Readonly<Record<string, number | undefined>> = constants.signals

/** What a shell says of a command that a signal ended: 128 + n. The reason is that of the command's AbortSignal. */
export const interruptedCode = (reason: unknown): number =>
  128 + (numbers[String(reason)] ?? constants.signals.SIGTERM)
