import type { AnyReaction } from '@hotmount/core'
import { runCheck } from '../process/check.js'
import { command } from '../process/command.js'
import type { Supervisor } from '../process/supervisor.js'
import { presets } from '../servers/presets.js'
import type { ChildEnv } from './child-env.js'
import type { RunOptions } from './run-options.js'

/** A restart that is preceded by reading the environment, and by the check. */
const restart = (
  { check: argv, verify, timeoutMs }: RunOptions,
  child: Supervisor,
  env: ChildEnv | undefined,
): AnyReaction => {
  const reaction = child.restart({ ...(env && { env: env.later }), ...(verify && { verify }) })
  return {
    ...reaction,
    check: async (snapshot, context) => {
      env?.later(snapshot)
      if (argv) await runCheck(reaction.name, { argv, timeoutMs }, snapshot, context)
    },
  }
}

/** What is done to the child on a change. */
export const reactionFor = (options: RunOptions, child: Supervisor, env?: ChildEnv): AnyReaction => {
  const { action, check, verify, timeoutMs } = options
  const proof = verify ? { verify } : {}
  if (action.kind === 'restart') return restart(options, child, env)
  if (action.kind === 'command')
    return command(action.argv, { ...(check && { check }), ...proof, timeout: timeoutMs })
  // Without a probe there is still one thing to prove: that the child did not die of it.
  if (action.kind === 'signal')
    return child.signal(action.name, { verify: 'alive', ...(check && { check }), ...proof })
  return presets[action.name].reaction(options.child, {
    process: child,
    ...proof,
    ...(check !== undefined && { check }),
  })
}
