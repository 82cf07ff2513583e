import { readFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import type { PinnedProcess, ProcessRef } from './process-ref.js'
import { errnoOf } from './errno.js'
import { targetError } from './target-error.js'
import { isAlive } from './proc.js'
import { readProcess, ticksPerSecond } from './procfs.js'

/** A process writes its pid file after it has started; this much is left for clocks that disagree. */
const marginMs = 10_000

const bootMs = (): number =>
  Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? Number.NaN) * 1000

/** Whether a process started after its pid file was written: then the pid has been given to another one. */
export const isStale = (writtenMs: number, startTime: number, boot: number): boolean =>
  boot + (startTime / ticksPerSecond) * 1000 > writtenMs + marginMs

/**
 * The process whose pid is on the first line of a file. The file must have been written in this pid namespace.
 * Refused: a file that is older than the process (the pid was given away again), a zombie.
 *
 * @example
 * signal(pidFile('/run/nginx.pid'), 'SIGHUP', { verify: 'newWorkers' })
 */
export const pidFile = (path: string): ProcessRef => {
  const describe = `pid file ${path}`
  const notFound = (message: string, hint: string): Error =>
    targetError('TARGET_NOT_FOUND', describe, message, { hint, retryable: true })

  const find = async (): Promise<PinnedProcess> => {
    const [text, written] = await Promise.all([readFile(path, 'utf8'), stat(path)]).then(
      ([content, { mtimeMs }]) => [content, mtimeMs] as const,
      (origin: unknown) => {
        const code = errnoOf(origin)
        throw notFound(
          `cannot read ${describe} (${code})`,
          'is the server running, and is this where it writes its pid?',
        )
      },
    )
    const pid = /^[ \t]*(\d{1,10})[ \t\r]*(?:\n|$)/.exec(text)?.[1]
    if (pid === undefined || Number(pid) < 1)
      throw notFound(
        `${describe} holds no pid on its first line`,
        'is this the file the server writes its pid to?',
      )
    const found = readProcess(Number(pid))
    if (!found || !isAlive(found))
      throw notFound(
        `${describe} names pid ${pid}, and no such process is alive`,
        'the server has ended, or runs in another pid namespace (shareProcessNamespace) where its pid is another',
      )
    if (isStale(written, found.startTime, bootMs()))
      throw notFound(
        `${describe} is older than the process with pid ${pid} (${found.comm})`,
        'left behind by a server that has ended: remove it, or start the server. If the clock was set since it was written, use processNamed, which needs no clock',
      )
    return { pid: found.pid, startTime: found.startTime }
  }
  return { describe, find }
}
