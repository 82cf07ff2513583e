import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError } from '@hotmount/core'
import { readArgs } from '../../cli/args.js'
import { complaintOf } from '../../cli/complaint.js'
import type { Io } from '../../cli/io.js'
import { type Log, openLog } from '../../cli/log.js'
import { httpProbe } from '../../probe/http.js'
import type { Probe } from '../../probe/probe.js'
import { type Argv, describeEnding, run } from '../../process/spawn.js'
import { goDurationMs } from '../go-duration.js'
import { everyFlags } from './page.js'

/** What is done in each round. */
interface Round {
  readonly argv: Argv
  readonly timeoutMs: number
  readonly ready: Probe | undefined
  readonly verify: Probe | undefined
}

const example = 'hotmount every 1m -- nginx -s reload'
const bad = (message: string): UsageError =>
  new UsageError('BAD_OPTION', message, { hint: `as in: ${example}` })

const everyOptions = (argv: readonly string[]): Round & { readonly everyMs: number } => {
  const args = readArgs(argv, everyFlags)
  const [time, ...words] = args.positionals
  const [file, ...rest] = args.command ?? []
  if (time === undefined || words.length > 0) throw bad('every takes one length of time')
  if (file === undefined || file === '') throw bad('no command follows --')
  const everyMs = goDurationMs(time, 'every')
  const timeoutMs = goDurationMs(args.one('timeout') ?? '30s', '--timeout')
  if (everyMs === 0 || timeoutMs === 0) throw bad('every and --timeout need some time')
  const probe = (name: 'ready-url' | 'verify-url', times: number): Probe | undefined => {
    const url = args.one(name)
    return url === undefined ? undefined : httpProbe(url, { within: timeoutMs, times })
  }
  return {
    everyMs,
    argv: [file, ...rest],
    timeoutMs,
    ready: probe('ready-url', 1),
    verify: probe('verify-url', 3),
  }
}

/** Asks, and tells when the answer is no. */
const isYes = async (
  probe: Probe | undefined,
  msg: string,
  log: Log,
  signal: AbortSignal,
): Promise<boolean> => {
  try {
    await probe?.run(signal)
    return true
  } catch (thrown) {
    signal.throwIfAborted()
    const { code, message, hint } = complaintOf(thrown)
    log({ level: 'error', msg, text: message, hint, fields: { code, error: message } })
    return false
  }
}

const runRound = async (
  { argv, timeoutMs, ready, verify }: Round,
  log: Log,
  signal: AbortSignal,
): Promise<void> => {
  if (!(await isYes(ready, 'not ready, round left out', log, signal))) return
  const { ending } = await run(argv, { signal, timeoutMs })
  const [command] = argv
  const text = `${command} ${describeEnding(ending)}`
  if (ending.kind !== 'exit' || ending.code !== 0)
    log({ level: 'error', msg: 'command failed', text, fields: { command, error: text } })
  else if (await isYes(verify, 'not well after the command', log, signal))
    log({ level: 'info', msg: 'command done', text, fields: { command } })
}

/** `hotmount every`. @throws UsageError */
export const every = async (argv: readonly string[], io: Io): Promise<number> => {
  const { everyMs, ...round } = everyOptions(argv)
  const log = openLog(io, false)
  try {
    for (;;) {
      await sleep(everyMs, undefined, { signal: io.signal })
      await runRound(round, log, io.signal)
    }
  } catch (thrown) {
    if (io.signal.aborted) return 0
    throw thrown
  }
}
