import { constants } from 'node:os'
import type { Clock, ReactionError } from '@hotmount/core'
import { errnoOf } from './errno.js'
import { targetError } from './target-error.js'
import { disposition, isAlive } from './proc.js'
import type { PinnedProcess } from './process-ref.js'
import { ageMs, readMasks, readProcess } from './procfs.js'

const pollMs = 10
/** How long a target may take to catch a signal, in milliseconds: a server that starts or re-executes itself. */
const patienceMs = 5000

/** What a pinned process has become. */
export const presence = ({ pid, startTime }: PinnedProcess): 'there' | 'gone' | 'replaced' => {
  const now = readProcess(pid)
  if (!now || !isAlive(now)) return 'gone'
  return now.startTime === startTime ? 'there' : 'replaced'
}

const reasons = {
  default: 'does not catch it, so its default action would end the process',
  ignored: 'ignores it',
  blocked: 'blocks it',
  pending: 'has not yet taken an earlier one',
  young: 'has only just started',
} as const

const forbidden = (describe: string, pid: number, name: string): ReactionError =>
  targetError('TARGET_FORBIDDEN', describe, `may not send ${name} to ${describe} (pid ${pid})`, {
    hint: 'run as the same user (runAsUser) or add the capability KILL to securityContext',
  })

const ended = (describe: string, pid: number): ReactionError =>
  targetError('TARGET_NOT_FOUND', describe, `${describe} (pid ${pid}) has ended`, {
    hint: 'its own log says why; the next try looks for the one that follows it',
    retryable: true,
  })

/** kill(2), with its two failures in our words. Signal 0 only asks. */
const kill = (describe: string, pid: number, name: NodeJS.Signals | 0): void => {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (errnoOf(error) === 'EPERM') throw forbidden(describe, pid, name || 'a signal')
    throw ended(describe, pid)
  }
}

/** Settings of {@link deliver}. */
export interface Delivery {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** How long the target may take to get ready for it, in milliseconds. */
  readonly patience?: number
  /** A younger process is left alone, in milliseconds: its runtime may catch the signal before the server in it does. */
  readonly leastAgeMs?: number | undefined
}

/**
 * Sends a signal once the target is seen to catch it, does not block it and has none of it waiting. Sent earlier,
 * it would end a server that is starting up, or be lost in one that re-executes itself.
 */
export const deliver = async (
  describe: string,
  target: PinnedProcess,
  name: NodeJS.Signals,
  { clock, signal, patience = patienceMs, leastAgeMs = 0 }: Delivery,
): Promise<void> => {
  const until = clock.now() + patience
  for (;;) {
    signal.throwIfAborted()
    const masks = readMasks(target.pid)
    if (!masks || presence(target) !== 'there') throw ended(describe, target.pid)
    kill(describe, target.pid, 0)
    const isYoung = leastAgeMs > 0 && ageMs(target) < leastAgeMs
    const state = isYoung ? 'young' : disposition(masks, constants.signals[name])
    if (state === 'ready') {
      kill(describe, target.pid, name)
      return
    }
    if (clock.now() >= until)
      throw targetError(
        'APPLY_FAILED',
        describe,
        `${name} was not sent: ${describe} (pid ${target.pid}) ${reasons[state]}`,
        {
          hint: 'name the server itself and not a shell or an init (tini) around it, and the signal it reloads on',
          retryable: true,
        },
      )
    await clock.sleep(pollMs, signal)
  }
}
