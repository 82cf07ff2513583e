import type { Args } from './args.js'
import type { RunConfig } from './config/config.js'
import { policies } from './config/values.js'
import { bad, signalFrom } from './deed-from.js'
import type { childFlags } from './flags.js'
import { durationOf } from './mount-flags.js'
import { didYouMean } from './nearest.js'
import { quoteWords } from './words.js'

/** Name of a flag about the command that is wrapped. */
export type ChildFlag = keyof typeof childFlags

const isPolicy = (text: string): text is keyof typeof policies => Object.hasOwn(policies, text)

const policyFrom = (text: string): keyof typeof policies => {
  if (isPolicy(text)) return text
  const names = Object.keys(policies)
  throw bad(
    `--restart-policy: ${JSON.stringify(text)} is none${didYouMean(text, names)}`,
    `there are: ${names.join(', ')}`,
  )
}

const envFrom = (args: Args<ChildFlag>, restarts: boolean, mounts: number): RunConfig['env'] => {
  const [dotenv, asKeys] = [args.all('dotenv'), args.has('env-keys')]
  if (dotenv.length === 0 && !asKeys) return undefined
  const flag = asKeys ? '--env-keys' : '--dotenv'
  if (!restarts) throw bad(`${flag} needs --restart`, 'the environment of a process is fixed when it starts')
  if (asKeys && dotenv.length > 0) throw bad('--dotenv and --env-keys exclude each other', 'keep one of them')
  if (asKeys && mounts > 1) throw bad('--env-keys needs a single --mount')
  const [only = ''] = dotenv
  return asKeys ? { keys: true } : { dotenv: dotenv.length === 1 ? only : dotenv }
}

/** What is said of the command, as short as it can be written. `base` is what the file says. @throws UsageError */
export const runFrom = (
  args: Args<ChildFlag>,
  base: RunConfig | undefined,
  restarts: boolean,
  mounts: number,
): string | RunConfig | undefined => {
  const command = args.command === undefined ? base?.command : quoteWords(args.command)
  if (command === undefined) return undefined
  const env = envFrom(args, restarts, mounts)
  const [stop, policy, grace] = [args.one('stop-signal'), args.one('restart-policy'), args.one('grace')]
  const stopSignal = stop === undefined ? undefined : signalFrom(stop, '--stop-signal')
  const restartPolicy = policy === undefined ? undefined : policyFrom(policy)
  durationOf(grace, '--grace')
  const run: RunConfig = {
    ...base,
    command,
    ...(env && { env }),
    ...(stopSignal !== undefined && { stopSignal }),
    ...(restartPolicy !== undefined && { restartPolicy }),
    ...(grace !== undefined && { grace }),
  }
  return Object.keys(run).length === 1 && typeof command === 'string' ? command : run
}
