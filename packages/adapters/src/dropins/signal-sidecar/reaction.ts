import { type AnyReaction, InvalidConfigError, type Reaction, type ReactionContext } from '@hotmount/core'
import { presence } from '../../process/deliver.js'
import { errnoOf } from '../../process/errno.js'
import { type PinnedProcess, processNamed } from '../../process/process-ref.js'
import { signal } from '../../process/signal.js'
import { inContext, targetError } from '../../process/target-error.js'
import { nginx } from '../../servers/nginx.js'
import { serverReload } from '../../servers/server-reload.js'
import type { Contract } from './contract.js'

/** Servers that answer HUP with new workers. */
const renewing: Readonly<Record<string, { readonly leastAgeMs?: number; readonly startsBeside?: true }>> = {
  gunicorn: { leastAgeMs: 2000, startsBeside: true },
  haproxy: { startsBeside: true },
  uwsgi: { leastAgeMs: 2000 },
}

const hup = (name: string): AnyReaction => {
  const process = processNamed(name)
  const own = Object.hasOwn(renewing, name) ? renewing[name] : undefined
  if (name === 'nginx') return nginx({ process, check: false })
  if (own) return serverReload({ name, process, signal: 'SIGHUP', within: '25s', ...own })
  return signal(process, 'SIGHUP', { verify: 'alive' })
}

const pollMs = 100
/** Longer graceful stops are not waited for. */
const stopMs = 10_000

const kill = (target: PinnedProcess, describe: string): void => {
  try {
    if (presence(target) === 'there') process.kill(target.pid, 'SIGQUIT')
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') return
    throw targetError(
      'TARGET_FORBIDDEN',
      describe,
      `may not send SIGQUIT to ${describe} (pid ${target.pid})`,
      {
        hint: 'run as the same user (runAsUser) or add the capability KILL to securityContext',
      },
    )
  }
}

const ended = async (target: PinnedProcess, { clock, signal: stop }: ReactionContext): Promise<string> => {
  const until = clock.now() + stopMs
  while (presence(target) === 'there') {
    if (clock.now() >= until) return `pid ${target.pid} got SIGQUIT and is still finishing`
    await clock.sleep(pollMs, stop)
  }
  return `pid ${target.pid} has ended`
}

/** To be stopped is the one thing for which a process need not catch the signal. */
const quit = (name: string): Reaction<PinnedProcess> => {
  const target = processNamed(name)
  const reaction = `SIGQUIT to ${target.describe}`
  return {
    name: reaction,
    apply: ({ snapshot: { revision } }, context) =>
      inContext({ reaction, stage: 'apply', revision }, async () => {
        const found = await target.find(context.signal)
        kill(found, target.describe)
        return found
      }),
    verify: ended,
  }
}

const reactionOf = ({ process: name, signal: which }: Contract): AnyReaction => {
  if (which === 'SIGQUIT') return quit(name)
  return which === 'SIGHUP' ? hup(name) : signal(processNamed(name), which, { verify: 'alive' })
}

/** What is done on a change: a reload that is proven, logs that are reopened, or a stop. A deleted file is no config. */
export const contractReaction = (contract: Contract): AnyReaction => ({
  ...reactionOf(contract),
  check: ({ size, revision }) => {
    if (size > 0) return
    const { file } = contract
    throw new InvalidConfigError(
      'KEY_MISSING',
      { key: file, revision },
      `${file} is not there any more`,
      [],
      {
        hint: 'nothing is sent until it is back',
      },
    )
  },
})
