import { type Duration, type Reaction, toMs } from '@hotmount/core'
import type { ProcessRef } from '../process/process-ref.js'
import { signalReaction, type SignalReceipt } from '../process/signal.js'
import type { Argv } from '../process/spawn.js'
import type { Verification } from '../process/verification.js'

/** What every server takes. */
export interface ServerOptions {
  /** The master process. Default: found by the server's own title or name; a supervisor of it may be given here. */
  readonly process?: ProcessRef
  /** true (default): the server's own check; a command: that one instead; false: none. */
  readonly check?: boolean | Argv
  /**
   * true (default): the server's own proof; a probe: that proof and then the probe; false: none, and the report says
   * 'signalled, unconfirmed'.
   */
  readonly verify?: boolean | Verification
  /** How long the proof may take. Default 10 s. */
  readonly within?: Duration
  /**
   * How many old workers may still be finishing requests when the next reload begins: with more, it is held for up
   * to 20 s and then goes on, which the report tells. Default 4.
   */
  readonly maxDraining?: number
}

/** One server: a new server is a new record. */
export interface ServerRecord {
  readonly name: string
  readonly process: ProcessRef
  readonly signal: NodeJS.Signals
  readonly check: Argv
  /** Output of the check that means "not now" rather than "never". */
  readonly retryable: RegExp
  /** Title of a worker that only finishes what it has begun. */
  readonly draining: RegExp
  readonly verify: Verification
}

const checkTimeoutMs = 30_000
/** Below the 30 s that the loop gives to a stage. */
const holdMs = 20_000

const verifications = (
  record: ServerRecord,
  verify: ServerOptions['verify'] = true,
): readonly Verification[] => {
  if (verify === false) return []
  if (verify === true) return [record.verify]
  return typeof verify === 'string' ? [verify] : [record.verify, verify]
}

/** The reaction of a server: check, signal to the master, proof. @throws UsageError BAD_DURATION */
export const serverReload = (
  record: ServerRecord,
  { process, check = true, verify, within = '10s', maxDraining = 4 }: ServerOptions,
): Reaction<SignalReceipt> => {
  const argv = check === true ? record.check : check
  return signalReaction({
    name: record.name,
    target: process ?? record.process,
    signal: record.signal,
    check: argv === false ? undefined : { argv, timeoutMs: checkTimeoutMs, retryable: record.retryable },
    verify: verifications(record, verify),
    draining: record.draining,
    withinMs: toMs(within, 'within'),
    limit: { most: maxDraining, holdMs },
  })
}
