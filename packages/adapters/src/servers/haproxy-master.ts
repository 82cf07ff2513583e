import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { type Clock, systemClock } from '@hotmount/core'
import { errnoOf } from '../process/errno.js'
import { targetError } from '../process/target-error.js'
import type { Witness, Word } from '../process/witness.js'
import { type Count, countInEnviron, countInProc, outcomeOf } from './haproxy-count.js'

const idleMs = 2000
const mostChars = 65_536
/** How long the socket may refuse connections: it does while the master re-executes itself. */
const patienceMs = 3000
const pollMs = 25

/** One command on the master's socket, and the answer. @throws a system error */
const askMaster = (path: string, command: string, signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = ''
    // Without the end of our side it waits for another command.
    const socket = connect(path, () => socket.end(`${command}\n`))
    const onAbort = (): void => void socket.destroy(new Error('aborted'))
    const finish = (settle: () => void): void => {
      signal.removeEventListener('abort', onAbort)
      settle()
      socket.destroy()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    socket.setEncoding('utf8').setTimeout(idleMs, () => socket.destroy(new Error('no answer in time')))
    socket.on('data', (text: string) => {
      answer += text
      if (answer.length > mostChars) finish(() => resolve(answer))
    })
    socket.on('end', () => finish(() => resolve(answer)))
    socket.on('error', (error) => finish(() => reject(error)))
    socket.on('close', () => finish(() => resolve(answer)))
  })

const countsOf = async (path: string, signal: AbortSignal): Promise<Count | undefined> => {
  signal.throwIfAborted()
  return countInProc(await askMaster(path, 'show proc', signal))
}

/** Counts once the socket answers. */
const firstCount = async (path: string, signal: AbortSignal, clock: Clock): Promise<Count> => {
  const describe = `master socket ${path}`
  const until = clock.now() + patienceMs
  for (;;) {
    const [count, why] = await countsOf(path, signal).then(
      (found) => [found, 'its answer to "show proc" is not understood'] as const,
      (error: unknown) => [undefined, errnoOf(error)] as const,
    )
    signal.throwIfAborted()
    if (count) return count
    if (clock.now() >= until)
      throw targetError('APPLY_FAILED', describe, `the ${describe} cannot be asked (${why})`, {
        hint: 'it is the path that haproxy was given with -S; in a sidecar it must be on a shared volume',
        retryable: true,
      })
    await clock.sleep(pollMs, signal)
  }
}

const wordOf = (before: Count, now: Count | undefined, said: () => Promise<string>): Promise<Word> | Word => {
  const outcome = now ? outcomeOf(before, now) : 'silent'
  if (outcome === 'taken') return { kind: 'taken', evidence: `reload ${now?.reloads ?? 0} succeeded` }
  return outcome === 'silent' ? { kind: 'silent' } : said().then((text) => ({ kind: 'refused', said: text }))
}

/** haproxy's word by its master socket (`-S`). What it said while it read the config, from 2.7 on, comes with a refusal. */
export const masterSocket =
  (path: string): Witness =>
  async (_target, signal) => {
    const before = await firstCount(path, signal, systemClock)
    return async (later) => {
      const now = await countsOf(path, later).catch(() => undefined)
      later.throwIfAborted()
      return wordOf(before, now, async () => {
        const logs = await askMaster(path, 'show startup-logs', later).catch(() => '')
        return /^\s*Unknown command/i.test(logs) ? '' : logs
      })
    }
  }

const environOf = (pid: number): Count | undefined => {
  try {
    return countInEnviron(readFileSync(`/proc/${pid}/environ`, 'utf8'))
  } catch {
    return undefined
  }
}

/** haproxy's word by the environment of its master: needs the same user, else its workers alone count. */
export const masterEnviron: Witness = async ({ pid }) => {
  const before = environOf(pid)
  return before && (async () => wordOf(before, environOf(pid), async () => ''))
}
