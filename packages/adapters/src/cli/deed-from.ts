import { UsageError } from '@hotmount/core'
import type { Args } from './args.js'
import type { ActionConfig, ReactionConfig, TargetConfig } from './config/config.js'
import { isUncatchable, msOf, nearSignal, signalNamed } from './config/values.js'
import type { deedFlags, restartFlags, safetyFlags, serverFlags, targetFlags } from './flags.js'
import { durationOf } from './mount-flags.js'
import { didYouMean } from './nearest.js'
import { splitWords } from './words.js'

/** Name of a flag about a reaction, of any command. */
export type ReactionFlag =
  | keyof typeof deedFlags
  | keyof typeof restartFlags
  | keyof typeof targetFlags
  | keyof typeof serverFlags
  | keyof typeof safetyFlags
  | 'initial'
  | 'no-initial'

/** A mistake on the command line. */
export const bad = (message: string, hint?: string): UsageError =>
  new UsageError('BAD_OPTION', message, { hint })

/** A command from a flag, as it was written. @throws UsageError */
const wordsFrom = (text: string, flag: string): string => {
  const [file = ''] = splitWords(text, flag)
  if (file === '') throw bad(`${flag}: there is no command in it`, `as in: ${flag} 'nginx -t'`)
  return text
}

/** A signal from a flag, without SIG. @throws UsageError */
export const signalFrom = (text: string, flag: string): string => {
  const name = signalNamed(text)
  if (name && !(flag === '--signal' && isUncatchable(name))) return name.slice('SIG'.length)
  if (name) throw bad(`${flag}: no process can catch ${name}`, 'to start it again on a change, use --restart')
  const meant = nearSignal(text)
  throw bad(`${flag}: there is no signal ${JSON.stringify(text)}${meant}`, `as in: ${flag} HUP`)
}

/** An HTTP address from a flag. @throws UsageError */
const urlFrom = (text: string, flag: string, example: string): string => {
  if (URL.canParse(text) && /^https?:/i.test(text)) return text
  throw bad(`${flag}: not a URL that begins with http:// or https://`, `as in: ${flag} ${example}`)
}

/** What may be done, by its flag, in the order in which it is told. */
const deeds = ['server', 'signal', 'restart', 'reload-command', 'webhook'] as const
type Deed = (typeof deeds)[number]

/** The flag that says what is to be done; undefined when none does. @throws UsageError when two do */
export const deedIn = (args: Args<ReactionFlag>): Deed | undefined => {
  const [name, other] = deeds.filter((one) => args.has(one))
  if (other !== undefined)
    throw bad(`--${name} and --${other} are two things to do on a change`, 'keep one of them')
  return name
}

const serverFrom = async (name: string, args: Args<ReactionFlag>): Promise<ActionConfig['server']> => {
  const { isPresetName, presets } = await import('../servers/presets.js')
  const known = Object.keys(presets)
  if (!isPresetName(name))
    throw bad(
      `--server: there is no preset ${JSON.stringify(name)}${didYouMean(name, known)}`,
      `there are: ${known.join(', ')}. For others, use --signal with --check`,
    )
  const [command, url] = [args.one('server-command'), args.one('server-url')]
  if (command === undefined && url === undefined) return name
  return {
    name,
    ...(command !== undefined && { command: wordsFrom(command, '--server-command') }),
    ...(url !== undefined && { url: urlFrom(url, '--server-url', 'http://127.0.0.1:9090') }),
  }
}

/** What is to be done. @throws UsageError */
export const deedFrom = async (deed: Deed, args: Args<ReactionFlag>): Promise<ActionConfig> => {
  const value = args.one(deed) ?? ''
  if (deed === 'restart') return { restart: true }
  if (deed === 'signal') return { signal: signalFrom(value, '--signal') }
  if (deed === 'reload-command') return { command: wordsFrom(value, '--reload-command') }
  if (deed === 'webhook') return { webhook: urlFrom(value, '--webhook', 'http://127.0.0.1:9090/-/reload') }
  return { server: await serverFrom(value, args) }
}

/** Whom to signal; undefined when no flag says it. @throws UsageError when two do */
export const targetFrom = (args: Args<ReactionFlag>): TargetConfig | undefined => {
  const [name, other] = (['process', 'pid-file', 'match'] as const).filter((one) => args.has(one))
  if (other !== undefined) throw bad(`--${name} and --${other} name two processes`, 'keep one of them')
  if (name === undefined) return undefined
  const value = args.one(name) ?? ''
  if (name === 'process') return { process: value }
  if (name === 'pid-file') return { pidFile: value }
  try {
    return { match: new RegExp(value).source }
  } catch {
    throw bad('--match: it is no pattern', "as in: --match '^nginx: master process'")
  }
}

const checkFrom = async (
  args: Args<ReactionFlag>,
  deed: Deed | undefined,
): Promise<ReactionConfig['check']> => {
  const text = args.one('check')
  if (!args.has('no-check')) return text === undefined ? undefined : wordsFrom(text, '--check')
  if (text !== undefined) throw bad('--check and --no-check exclude each other')
  if (deed !== undefined && deed !== 'server')
    throw bad('--no-check: there is no check to leave out', 'only --server has one of its own')
  const { isPresetName, presets } = await import('../servers/presets.js')
  const server = args.one('server') ?? ''
  if (isPresetName(server) && presets[server].diesOfBadConfig)
    throw bad(
      `--no-check: ${server} ends when the config it re-reads is bad`,
      'give it a --check CMD; who accepts the risk writes --check true',
    )
  return false
}

/** How it is made safe, as far as flags say it. @throws UsageError */
export const safetyFrom = async (
  args: Args<ReactionFlag>,
  deed: Deed | undefined,
): Promise<Partial<ReactionConfig>> => {
  const time = (name: 'timeout' | 'cooldown' | 'splay' | 'retry-max'): string | undefined => {
    const text = args.one(name)
    durationOf(text, `--${name}`)
    return text
  }
  const check = await checkFrom(args, deed)
  const timeout = time('timeout')
  if (timeout !== undefined && msOf(timeout) === 0)
    throw bad('--timeout: no time at all', 'it is for each of check, apply and verify; the default is 30s')
  const url = args.one('verify-url')
  const verify = url === undefined ? undefined : urlFrom(url, '--verify-url', 'http://127.0.0.1:8080/healthz')
  const oneAtATime = args.one('one-at-a-time')
  const [cooldown, splay, max] = [time('cooldown'), time('splay'), time('retry-max')]
  return {
    ...(check !== undefined && { check }),
    ...(verify !== undefined && { verify }),
    ...(timeout !== undefined && { timeout }),
    ...(cooldown !== undefined && { cooldown }),
    ...(splay !== undefined && { splay }),
    ...(oneAtATime !== undefined && { oneAtATime }),
    ...(max !== undefined && { retry: { max } }),
    ...(args.has('initial') && { initial: true }),
    ...(args.has('no-initial') && { initial: false }),
  }
}
