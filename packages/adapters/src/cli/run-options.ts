import { constants } from 'node:os'
import { UsageError } from '@hotmount/core'
import { httpProbe } from '../probe/http.js'
import type { Probe } from '../probe/probe.js'
import type { Argv } from '../process/spawn.js'
import type { RestartPolicy } from '../process/restart-policy.js'
import { isPresetName, type PresetName, presets } from '../servers/presets.js'
import { type Args, readArgs } from './args.js'
import { durationOf } from './mount-flags.js'
import { didYouMean } from './nearest.js'
import { type RunFlag, runFlags } from './run-page.js'
import { quoteWords, splitWords } from './words.js'

/** What is done on a change. */
export type Action =
  | { readonly kind: 'server'; readonly name: PresetName }
  | { readonly kind: 'signal'; readonly name: NodeJS.Signals }
  | { readonly kind: 'restart' }
  | { readonly kind: 'command'; readonly argv: Argv }

/** Where the child's environment comes from, besides our own. */
export type EnvSource =
  | { readonly kind: 'files'; readonly keys: readonly string[] }
  | { readonly kind: 'keys' }
  | undefined

/** A valid `hotmount run`, flag by flag. Times in milliseconds. */
export interface RunOptions {
  readonly args: Args<RunFlag>
  readonly child: Argv
  readonly action: Action
  readonly check: Argv | false | undefined
  readonly verify: Probe | undefined
  readonly env: EnvSource
  readonly stopSignal: NodeJS.Signals
  readonly restartPolicy: RestartPolicy
  readonly graceMs: number | undefined
  readonly timeoutMs: number
  readonly cooldownMs: number | undefined
  readonly splayMs: number | undefined
}

const bad = (message: string, hint?: string): UsageError => new UsageError('BAD_OPTION', message, { hint })

const argvOf = (text: string, flag: string): Argv => {
  const [file, ...rest] = splitWords(text, flag)
  if (file === undefined || file === '')
    throw bad(`${flag}: there is no command in it`, `as in: ${flag} 'nginx -t'`)
  return [file, ...rest]
}

const uncatchable = new Set<string>(['SIGKILL', 'SIGSTOP'])
const isSignal = (name: string): name is NodeJS.Signals => Object.hasOwn(constants.signals, name)

/** `HUP`, `sighup` or `SIGHUP`. @throws UsageError BAD_OPTION */
const signalOf = (text: string, flag: string): NodeJS.Signals => {
  const upper = text.toUpperCase()
  const name = upper.startsWith('SIG') ? upper : `SIG${upper}`
  if (isSignal(name) && !(flag === '--signal' && uncatchable.has(name))) return name
  if (isSignal(name))
    throw bad(`${flag}: no process can catch ${name}`, 'to start it again on a change, use --restart')
  const known = Object.keys(constants.signals).map((one) => one.slice('SIG'.length))
  throw bad(
    `${flag}: there is no signal ${JSON.stringify(text)}${didYouMean(upper, known)}`,
    `as in: ${flag} HUP`,
  )
}

const actionOf = (args: Args<RunFlag>): Action => {
  const names = (['server', 'signal', 'restart', 'reload-command'] as const).filter((name) => args.has(name))
  const [name, other] = names
  if (name === undefined)
    throw bad(
      'what is to be done on a change?',
      'say one of --server nginx, --signal HUP, --restart, --reload-command CMD',
    )
  if (other !== undefined)
    throw bad(`--${name} and --${other} are two things to do on a change`, 'keep one of them')
  if (name === 'restart') return { kind: 'restart' }
  const value = args.one(name) ?? ''
  if (name === 'signal') return { kind: 'signal', name: signalOf(value, '--signal') }
  if (name === 'reload-command') return { kind: 'command', argv: argvOf(value, '--reload-command') }
  if (isPresetName(value)) return { kind: 'server', name: value }
  const known = Object.keys(presets)
  throw bad(
    `--server: there is no preset ${JSON.stringify(value)}${didYouMean(value, known)}`,
    `there are: ${known.join(', ')}. For others, use --signal with --check`,
  )
}

const stopSignalOf = (text: string | undefined, action: Action): NodeJS.Signals => {
  if (text !== undefined) return signalOf(text, '--stop-signal')
  return action.kind === 'server' ? presets[action.name].stopSignal : 'SIGTERM'
}

const checkOf = (args: Args<RunFlag>, action: Action): Argv | false | undefined => {
  const text = args.one('check')
  if (!args.has('no-check')) return text === undefined ? undefined : argvOf(text, '--check')
  if (text !== undefined) throw bad('--check and --no-check exclude each other')
  if (action.kind !== 'server')
    throw bad('--no-check: there is no check to leave out', 'only --server has one of its own')
  if (presets[action.name].diesOfBadConfig)
    throw bad(
      `--no-check: ${action.name} ends when the config it re-reads is bad`,
      'give it a --check CMD; who accepts the risk writes --check true',
    )
  return false
}

const envOf = (args: Args<RunFlag>, action: Action): EnvSource => {
  const [keys, asKeys] = [args.all('dotenv'), args.has('env-keys')]
  if (keys.length === 0 && !asKeys) return undefined
  const flag = asKeys ? '--env-keys' : '--dotenv'
  if (action.kind !== 'restart')
    throw bad(`${flag} needs --restart`, 'the environment of a process is fixed when it starts')
  if (asKeys && keys.length > 0) throw bad('--dotenv and --env-keys exclude each other', 'keep one of them')
  if (asKeys && args.all('mount').length > 1) throw bad('--env-keys needs a single --mount')
  return asKeys ? { kind: 'keys' } : { kind: 'files', keys }
}

/** What a probe leaves of its stage, in milliseconds: a child must have stayed for a second before it is asked. */
const marginMs = 2000

const verifyOf = (url: string | undefined, stageMs: number): Probe | undefined => {
  if (url === undefined) return undefined
  const within = Math.max(stageMs - marginMs, stageMs / 2)
  if (URL.canParse(url) && /^https?:/i.test(url)) return httpProbe(url, { within })
  throw bad(
    '--verify-url: not a URL that begins with http:// or https://',
    'as in: --verify-url http://127.0.0.1:8080/healthz',
  )
}

const timeoutOf = (ms = 30_000): number => {
  if (ms > 0) return ms
  throw bad('--timeout: no time at all', 'it is for each of check, apply and verify; the default is 30s')
}

const policies: Readonly<Record<string, RestartPolicy>> = {
  never: 'never',
  'on-failure': 'onFailure',
  always: 'always',
}

const policyOf = (text = 'never'): RestartPolicy => {
  const policy = Object.hasOwn(policies, text) ? policies[text] : undefined
  if (policy) return policy
  const names = Object.keys(policies)
  throw bad(
    `--restart-policy: ${JSON.stringify(text)} is none${didYouMean(text, names)}`,
    `there are: ${names.join(', ')}`,
  )
}

const example = 'hotmount run --mount /etc/app --signal HUP -- ./server --port 80'

const dashesMissing = (word: string): UsageError =>
  bad(`put -- before the command: -- ${quoteWords([word])} …`, `as in: ${example}`)

/** Reads and judges the command line of `hotmount run`. @throws UsageError BAD_OPTION BAD_DURATION */
export const runOptions = (argv: readonly string[]): RunOptions => {
  const args = readArgs(argv, runFlags, dashesMissing)
  const [file, ...rest] = args.command ?? []
  if (args.all('mount').length === 0)
    throw bad('--mount is missing: what is to be watched?', `as in: ${example}`)
  const action = actionOf(args)
  if (file === undefined || file === '') throw bad('no command to run follows --', `as in: ${example}`)
  const check = checkOf(args, action)
  const child: Argv = [file, ...rest]
  // Before anything is started: a check that cannot be made from the command is the caller's mistake.
  if (action.kind === 'server') presets[action.name].reaction(child, check === undefined ? {} : { check })
  const timeoutMs = timeoutOf(durationOf(args.one('timeout'), '--timeout'))
  const time = (name: RunFlag): number | undefined => durationOf(args.one(name), `--${name}`)
  return {
    args,
    child,
    action,
    check,
    verify: verifyOf(args.one('verify-url'), timeoutMs),
    env: envOf(args, action),
    stopSignal: stopSignalOf(args.one('stop-signal'), action),
    restartPolicy: policyOf(args.one('restart-policy')),
    graceMs: time('grace'),
    timeoutMs,
    cooldownMs: time('cooldown'),
    splayMs: time('splay'),
  }
}
