import { type Args, readArgs } from './args.js'
import { type ConfigFlag, configFrom, type Kind } from './config-from.js'
import type { ConfigFile } from './config/file.js'
import { exitCodes } from './exit-codes.js'
import type { Flags } from './flag.js'
import { either } from './flags.js'
import type { Io } from './io.js'
import { type Log, openLog } from './log.js'
import { plannedBy } from './plan/judged.js'
import type { Plan } from './plan/plan.js'
import type { Reading } from './args.js'

/** A command that acts on changes: how its command line is read. */
export interface Acting extends Kind {
  readonly flags: Flags
  readonly refuseWord: NonNullable<Reading['refuseWord']>
  readonly others: NonNullable<Reading['others']>
}

/** Reads a command line of one of these commands. @throws UsageError */
export const actingArgs = (
  argv: readonly string[],
  { flags, refuseWord, others }: Acting,
  env: Io['env'],
): Args<ConfigFlag> => readArgs(argv, flags, { env, either, refuseWord, others })

/** The plan that a command line and the file in it amount to. @throws UsageError */
export const actingPlan = async (
  args: Args<ConfigFlag>,
  kind: Kind,
): Promise<{ readonly plan: Plan; readonly print: () => Promise<string> }> => {
  const path = args.one('config')
  const file: ConfigFile | undefined =
    path === undefined ? undefined : await (await import('./config/file.js')).readConfigFile(path)
  const config = await configFrom(args, file?.config, kind)
  return {
    plan: await plannedBy(config, file?.place),
    print: async () => (await import('./config/print.js')).configText(config),
  }
}

/** Does what a command line says, to its end. @throws UsageError, MountError, InvalidConfigError */
export const act = async (argv: readonly string[], io: Io, acting: Acting): Promise<number> => {
  const args = actingArgs(argv, acting, io.env)
  const { plan, print } = await actingPlan(args, acting)
  if (args.has('print-config')) {
    io.stdout.write(await print())
    return exitCodes.ok
  }
  const log = openLog(io, plan.log === 'json')
  if (plan.child && io.pid === 1) warnOfInit(log)
  const { runPlan } = await import('./session/session.js')
  return runPlan(plan, io, log)
}

const warnOfInit = (log: Log): void =>
  log({
    level: 'warn',
    msg: 'running as pid 1',
    text: 'hotmount is PID 1 here: processes that the command leaves behind stay as zombies',
    hint: 'put an init before it: tini, docker run --init, or shareProcessNamespace: true in the pod spec',
  })
