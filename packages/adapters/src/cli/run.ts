import { type Mount, reload, type ReloadOptions, type WatchOptions } from '@hotmount/core'
import { supervise } from '../process/supervise.js'
import { presets } from '../servers/presets.js'
import { announceMount, childEntry, reportEntry } from './announce.js'
import { childEnv } from './child-env.js'
import { interruptedCode } from './exit-codes.js'
import type { Io } from './io.js'
import { type Log, openLog } from './log.js'
import { keysOf, watchOptionsOf } from './mount-flags.js'
import { namedDirectories, openMounts } from './mounts.js'
import { reactionFor } from './react.js'
import { type RunOptions, runOptions } from './run-options.js'
import { hideWhole } from './whole.js'

const warnOfInit = (log: Log): void =>
  log({
    level: 'warn',
    msg: 'running as pid 1',
    text: 'hotmount is PID 1 here: processes that the command leaves behind stay as zombies',
    hint: 'put an init before it: tini, docker run --init, or shareProcessNamespace: true in the pod spec',
  })

const reloadOptionsOf = ({ args, timeoutMs, cooldownMs, splayMs }: RunOptions): ReloadOptions => ({
  ...(args.has('initial') && { initial: true }),
  timeout: timeoutMs,
  ...(cooldownMs !== undefined && { cooldown: cooldownMs }),
  ...(splayMs !== undefined && { splay: splayMs }),
})

/** The child from its start to its end, kept in step with the mount. */
const keepInStep = async (mount: Mount, options: RunOptions, io: Io, log: Log): Promise<number> => {
  const { action, child: argv, graceMs, restartPolicy, stopSignal } = options
  const env = options.env && childEnv(options.env, mount.snapshot, io.env)
  const startedAt = io.now().getTime()
  const child = supervise(argv, {
    env: env?.first ?? { ...io.env },
    restart: restartPolicy,
    stopSignal,
    ...(graceMs !== undefined && { grace: graceMs }),
    onEvent: (event) => {
      log(childEntry(argv[0], event))
      const isBrief = io.now().getTime() - startedAt < 2000
      if (
        action.kind === 'server' &&
        event.kind === 'exited' &&
        event.exit.code === 0 &&
        !event.wanted &&
        isBrief
      )
        log({
          level: 'warn',
          msg: 'command went to the background',
          text: 'a server that ends at once with code 0 has gone to the background',
          hint: `keep it in the foreground: -- ${presets[action.name].foreground}`,
        })
    },
  })
  child.forward()
  const stop = (): void => void child.stop()
  io.signal.addEventListener('abort', stop, { once: true })
  try {
    // In the same turn as the start: what changes from here on is a change to the child.
    const loop = reload(mount, reactionFor(options, child, env), reloadOptionsOf(options))
    loop.on('report', (report) => log(reportEntry(report)))
    return await child.exited
  } finally {
    io.signal.removeEventListener('abort', stop)
    await child.stop()
  }
}

/** `hotmount run`. @throws UsageError, MountError, InvalidConfigError: then nothing was started */
export const run = async (argv: readonly string[], io: Io): Promise<number> => {
  const options = runOptions(argv)
  const { args } = options
  const directories = namedDirectories(args.all('mount'))
  const log = openLog(io, args.has('json'))
  if (io.pid === 1) warnOfInit(log)
  const optionsFor = (keys: readonly string[] | undefined): WatchOptions => ({
    ...watchOptionsOf(args, keys),
    signal: io.signal,
  })
  const mount = await openMounts(directories, keysOf(args.one('keys')), optionsFor)
  const showWhole = args.has('keys') ? await hideWhole(directories, optionsFor(undefined)) : undefined
  try {
    if (io.signal.aborted) return interruptedCode(io.signal.reason)
    announceMount(mount, log)
    return await keepInStep(mount, options, io, log)
  } finally {
    await showWhole?.()
    await mount.close()
  }
}
