import type { Args } from './args.js'
import type { Config, ListenConfig, ReactionConfig, RunConfig } from './config/config.js'
import { bad, deedFrom, deedIn, type ReactionFlag, safetyFrom, targetFrom } from './deed-from.js'
import type { fileFlags, reportFlags, statusFlags } from './flags.js'
import { durationOf, type MountFlag } from './mount-flags.js'
import { mountsFrom, withFlags } from './mounts-from.js'
import { type ChildFlag, runFrom } from './run-from.js'

/** Name of any flag that a config can be made of. */
export type ConfigFlag =
  | 'mount'
  | 'json'
  | MountFlag
  | ReactionFlag
  | ChildFlag
  | keyof typeof statusFlags
  | keyof typeof reportFlags
  | keyof typeof fileFlags

/** What the two commands that act on changes do not have in common. */
export interface Kind {
  readonly name: 'run' | 'sidecar'
  /** A whole command line, for hints. */
  readonly example: string
  /** Whether a command is wrapped: always, never, or as the file says. */
  readonly wraps: 'always' | 'never' | 'maybe'
  /** The flags of which one says what to do. */
  readonly deeds: string
}

const whole = (run: Config['run']): RunConfig | undefined =>
  run === undefined || (typeof run === 'object' && 'command' in run) ? run : { command: run }

const listenFrom = (args: Args<ConfigFlag>, base: Config['listen']): Config['listen'] => {
  const from: Partial<ListenConfig> =
    typeof base === 'object' ? base : base === undefined ? {} : { address: base }
  const address = args.one('listen') ?? from.address
  const [tokenFile, stale] = [args.one('listen-token-file'), args.one('ready-stale')]
  durationOf(stale, '--ready-stale')
  if (address === undefined) {
    if (tokenFile === undefined && stale === undefined) return undefined
    throw bad(
      `--${stale === undefined ? 'listen-token-file' : 'ready-stale'} needs --listen`,
      'as in: --listen 9533',
    )
  }
  const listen: ListenConfig = {
    ...from,
    address,
    ...(tokenFile !== undefined && { tokenFile }),
    ...(stale !== undefined && { stale }),
  }
  return Object.keys(listen).length === 1 ? address : listen
}

/** The flag names another Lease; how it is waited for stays. */
const turnFrom = (args: Args<ConfigFlag>, { oneAtATime }: ReactionConfig): Partial<ReactionConfig> => {
  const lease = args.one('one-at-a-time')
  return lease === undefined || typeof oneAtATime !== 'object' ? {} : { oneAtATime: { ...oneAtATime, lease } }
}

const reportFrom = (args: Args<ConfigFlag>, base: Config['report']): Config['report'] =>
  args.has('report') && (base === undefined || base === false) ? true : base

const reactionsFrom = async (
  args: Args<ConfigFlag>,
  base: Config | undefined,
  kind: Kind,
): Promise<readonly ReactionConfig[]> => {
  const deed = deedIn(args)
  const to = targetFrom(args)
  if (deed === undefined) {
    if (!base) throw bad('what is to be done on a change?', `say one of ${kind.deeds}`)
    if (to)
      throw bad('a process is named, but no flag says what to do to it', 'give --server or --signal with it')
    const safety = await safetyFrom(args, undefined)
    return base.reactions.map((reaction) => ({ ...reaction, ...safety, ...turnFrom(args, reaction) }))
  }
  if (to && deed !== 'server' && deed !== 'signal')
    throw bad(`--${deed} signals no process`, 'leave out --process, --pid-file and --match')
  if (kind.name === 'sidecar' && deed === 'signal' && !to)
    throw bad(
      '--signal: whom to signal is not said',
      'name it: --process NAME, --pid-file PATH or --match REGEX',
    )
  const done = await deedFrom(deed, args)
  return [{ ...done, ...(to && { to }), ...(await safetyFrom(args, deed)) }]
}

/**
 * The config that a command line amounts to, on top of the one in a file.
 *
 * @throws UsageError BAD_OPTION BAD_DURATION
 */
export const configFrom = async (
  args: Args<ConfigFlag>,
  base: Config | undefined,
  kind: Kind,
): Promise<Config> => {
  const example = `as in: ${kind.example}`
  const isNamed = args.all('mount').length > 0
  if (!isNamed && !base) throw bad('--mount is missing: what is to be watched?', example)
  const reactions = await reactionsFrom(args, base, kind)
  const [file] = args.command ?? []
  if (kind.wraps === 'never' && base?.run !== undefined)
    throw bad(
      '--config: this file wraps a command, and a sidecar wraps none',
      'use hotmount run, or take run: out of it',
    )
  const needsCommand = kind.wraps === 'always' && (args.command !== undefined || base?.run === undefined)
  if (needsCommand && (file === undefined || file === '')) throw bad('no command to run follows --', example)
  const mounts = isNamed ? mountsFrom(args) : withFlags(base?.mounts ?? {}, args)
  const restarts = reactions.some(({ restart }) => restart === true)
  const run = runFrom(args, whole(base?.run), restarts, Object.keys(mounts).length)
  const listen = listenFrom(args, base?.listen)
  const report = reportFrom(args, base?.report)
  const log = args.has('json') ? 'json' : base?.log
  return {
    mounts,
    reactions,
    ...(run !== undefined && { run }),
    ...(listen !== undefined && { listen }),
    ...(report !== undefined && { report }),
    ...(log !== undefined && { log }),
  }
}
