import { supervise } from '../../process/supervise.js'
import type { Supervisor } from '../../process/supervisor.js'
import { childEntry } from '../announce.js'
import type { ChildEnv } from '../child-env.js'
import type { Io } from '../io.js'
import type { Log } from '../log.js'
import type { ChildPlan, ReactionPlan } from '../plan/plan.js'

/** A server that ends this soon with code 0 has gone to the background. */
const briefMs = 2000

/** Starts the command. `foreground` is how the server in it is kept there. */
export const startChild = (
  { argv, stopSignal, restartPolicy, graceMs }: ChildPlan,
  foreground: string | undefined,
  env: ChildEnv | undefined,
  io: Io,
  log: Log,
): Supervisor => {
  const startedAt = io.now().getTime()
  return supervise(argv, {
    env: env?.first ?? { ...io.env },
    restart: restartPolicy,
    stopSignal,
    ...(graceMs !== undefined && { grace: graceMs }),
    onEvent: (event) => {
      log(childEntry(argv[0], event))
      const isBrief = io.now().getTime() - startedAt < briefMs
      if (foreground === undefined || event.kind !== 'exited' || event.wanted || !isBrief) return
      if (event.exit.code !== 0) return
      log({
        level: 'warn',
        msg: 'command went to the background',
        text: 'a server that ends at once with code 0 has gone to the background',
        hint: `keep it in the foreground: -- ${foreground}`,
      })
    },
  })
}

/** How the server in the command is kept in the foreground, where a preset knows it. */
export const foregroundOf = async (reactions: readonly ReactionPlan[]): Promise<string | undefined> => {
  for (const { action } of reactions) {
    if (action.deed.kind !== 'server') continue
    const { presets } = await import('../../servers/presets.js')
    return presets[action.deed.name].foreground
  }
  return undefined
}
