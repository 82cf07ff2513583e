import { type Duration, type Reaction, toMs, UsageError } from '@hotmount/core'
import type { Known } from '../options/known.js'
import { requireArgv, requireProcess } from '../options/required.js'
import type { ProcessRef } from '../process/process-ref.js'
import { signalReaction, type SignalReceipt } from '../process/signal.js'
import type { Argv } from '../process/spawn.js'
import type { Verification } from '../process/verification.js'
import type { Witness } from '../process/witness.js'

/** What every server takes. */
export interface ServerOptions {
  /** The master process. Default: found by the server's own title or name; a supervisor of it may be given here. */
  readonly process?: ProcessRef
  /**
   * true (default): the server's own check; a command: that one instead; false: none, which a server that ends when
   * its config is bad does not allow.
   */
  readonly check?: boolean | Argv
  /**
   * true (default): the server's own proof; a probe: that proof and then the probe; false: none, and the report says
   * 'signalled, unconfirmed'.
   */
  readonly verify?: boolean | Verification
  /** How long the proof may take. Default 10 s, or what the server needs to finish requests, at most 25 s. */
  readonly within?: Duration
  /**
   * How many old workers may still be finishing requests when the next reload begins: with more, it is held for up
   * to 20 s, or half of what the loop gives to a stage, and then goes on, which the report tells. Default 4.
   */
  readonly maxDraining?: number
}

/** What a preset for one command line takes: those of every server, and how the server is started. */
export interface StartedOptions extends ServerOptions {
  /** The command line that starts the server: its check is made from it. */
  readonly command?: Argv
}

/** The names of what every server takes. */
export const serverOptions: Known<ServerOptions> = {
  process: true,
  check: true,
  verify: true,
  within: true,
  maxDraining: true,
}

/** One server: a new server is a new record. */
export interface ServerRecord {
  /** Name of the reaction, in reports and errors. */
  readonly name: string
  /** The master process, never a worker. */
  readonly process: ProcessRef
  /** What makes it reload. */
  readonly signal: NodeJS.Signals
  /** What says whether it would accept the config; undefined when it has no such command. */
  readonly check?: Argv | (() => Argv) | undefined
  /** It ends when the config it re-reads is bad: then there is no going without a check. */
  readonly diesOfBadConfig?: boolean
  /** Output of the check that means "not now" rather than "never". */
  readonly retryable?: RegExp
  /** Title of a worker that only finishes what it has begun. */
  readonly draining?: RegExp
  /** Default: `newWorkers`. `itsWord`: that of the witness alone. */
  readonly verify?: readonly (Verification | 'itsWord')[]
  /** The server's own word about its reloads. */
  readonly witness?: Witness | undefined
  /** It starts all its new workers before it ends an old one. */
  readonly startsBeside?: boolean
  /** New and old workers are beside each other for 100 ms and more: a new one that was not was only started again. */
  readonly overlaps?: boolean
  /** It reloads by executing itself again, which proves a reload of one that has no workers. */
  readonly reexecutes?: boolean
  /** In milliseconds, where catching the signal does not yet mean that the server is ready for it. */
  readonly leastAgeMs?: number
  /** How long the proof may take by default. */
  readonly within?: Duration
}

const checkTimeoutMs = 30_000
/** At most, and no longer than half a stage. */
const holdMs = 20_000

type Proofs = readonly (Verification | 'itsWord')[]

const verifications = (own: Proofs, verify: ServerOptions['verify'] = true): Proofs => {
  if (verify === false) return []
  if (verify === true) return own
  return typeof verify === 'string' ? [verify] : [...own, verify]
}

/** The command that is the check; undefined for none. @throws UsageError BAD_OPTION */
export const checkOf = (
  { name, check, diesOfBadConfig }: Pick<ServerRecord, 'name' | 'check' | 'diesOfBadConfig'>,
  wanted: ServerOptions['check'] = true,
): Argv | undefined => {
  const own = (): Argv | undefined => (typeof check === 'function' ? check() : check)
  const argv = wanted === true ? own() : wanted || undefined
  if (argv || !diesOfBadConfig) return argv
  throw new UsageError(
    'BAD_OPTION',
    `${name} ends when the config it re-reads is bad, so it is not reloaded without a check`,
    {
      hint: "give check a command, as in check: ['myserver', '--test']; who accepts the risk writes check: ['true']",
    },
  )
}

/**
 * The reaction of a server: check, signal to the master, proof.
 *
 * @throws UsageError BAD_DURATION, BAD_OPTION when a server that ends of a bad config is left without a check
 * @example
 * const unicorn = serverReload({
 *   name: 'unicorn',
 *   process: processMatching(/^unicorn master/),
 *   signal: 'SIGHUP',
 *   check: ['ruby', '-c', '/etc/unicorn.rb'],
 * })
 */
export const serverReload = (
  record: ServerRecord,
  { process, check, verify, within, maxDraining = 4 }: ServerOptions = {},
): Reaction<SignalReceipt> => {
  if (process !== undefined) requireProcess(record.name, process)
  if (check !== undefined && typeof check !== 'boolean') requireArgv(`${record.name}: check`, check)
  const argv = checkOf(record, check)
  const { name, retryable, witness, startsBeside, overlaps, reexecutes, leastAgeMs } = record
  return signalReaction({
    name,
    target: process ?? record.process,
    signal: record.signal,
    check: argv && { argv, timeoutMs: checkTimeoutMs, retryable },
    verify: verifications(record.verify ?? ['newWorkers'], verify),
    draining: record.draining,
    withinMs: toMs(within ?? record.within ?? '10s', 'within'),
    limit: { most: maxDraining, holdMs },
    witness: verify === false || typeof verify === 'string' ? undefined : witness,
    startsBeside,
    overlaps,
    reexecutes,
    leastAgeMs,
  })
}
