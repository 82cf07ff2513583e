import { targetError } from './target-error.js'
import { describeProcesses, isNamed, titleOf, topmost } from './match.js'
import type { Process } from './proc.js'
import { isInOtherPod } from './pod.js'
import { hasProcfs, listProcesses, readCgroup } from './procfs.js'

/** One process for ever: a pid is given to others again, together with the start time it is not. */
export interface PinnedProcess {
  readonly pid: number
  /** Clock ticks after boot, as in field 22 of /proc/PID/stat. */
  readonly startTime: number
}

/**
 * A way to find the process to act on. Asked again before each use, as servers are replaced.
 *
 * @example
 * const myself: ProcessRef = { describe: 'myself', find: async () => ({ pid: process.pid, startTime }) }
 */
export interface ProcessRef {
  /** For messages: 'process named nginx'. */
  readonly describe: string
  /** @throws ReactionError TARGET_NOT_FOUND or TARGET_AMBIGUOUS */
  find(signal?: AbortSignal): Promise<PinnedProcess>
}

const sharing =
  'in a sidecar, set shareProcessNamespace: true in the pod spec; a process that has just started is found at the next try'

const elsewhere = (count: number): string =>
  count === 0
    ? ''
    : ` in this pod; ${count} in other pods of the node ${count === 1 ? 'is' : 'are'} left alone`

const pick = (describe: string, matches: (process: Process) => boolean): PinnedProcess => {
  if (!hasProcfs())
    throw targetError('TARGET_NOT_FOUND', describe, `cannot look for ${describe}: there is no /proc`, {
      hint: 'finding processes needs Linux with /proc mounted',
    })
  const all = topmost(listProcesses(), matches, process.pid)
  const here = readCgroup(process.pid)
  const [found, ...others] = all.filter(({ pid }) => !isInOtherPod(here, readCgroup(pid)))
  if (!found)
    throw targetError('TARGET_NOT_FOUND', describe, `there is no ${describe}${elsewhere(all.length)}`, {
      hint: sharing,
      retryable: true,
    })
  if (others.length > 0)
    throw targetError(
      'TARGET_AMBIGUOUS',
      describe,
      `there are ${others.length + 1} of ${describe}: ${describeProcesses([found, ...others])}`,
      { hint: 'name the one that is meant: pidFile(path), or processMatching(/a narrower pattern/)' },
    )
  return { pid: found.pid, startTime: found.startTime }
}

/**
 * The master process of a server, by name: the topmost process whose short name or program is `name`.
 * Workers, zombies, this process and its parents are never picked, nor is a process that /proc shows to be in another
 * pod (hostPID). Linux only.
 *
 * @example
 * signal(processNamed('haproxy'), 'SIGUSR2', { verify: 'newWorkers' })
 */
export const processNamed = (name: string): ProcessRef => {
  const describe = `process named ${name}`
  return { describe, find: async () => pick(describe, (process) => isNamed(process, name)) }
}

/**
 * The topmost process whose command line (arguments joined by a space) matches. Linux only.
 *
 * @example
 * processMatching(/^nginx: master process/)
 */
export const processMatching = (cmdline: RegExp): ProcessRef => {
  const describe = `process matching ${String(cmdline)}`
  // `search` ignores the state that /g and /y patterns carry between calls.
  return { describe, find: async () => pick(describe, (process) => titleOf(process).search(cmdline) >= 0) }
}
