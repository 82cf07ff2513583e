import { HotmountError } from '@hotmount/core'
import { complaintOf } from '../cli/complaint.js'
import type { Io } from '../cli/io.js'
import type { Log } from '../cli/log.js'

/** What the originals exit with when they cannot go on. */
export const runFailed: number = 1

/** Resolves when the command is to end. */
export const untilStopped = ({ signal }: Pick<Io, 'signal'>): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** Hints of the library name options that these modes do not have. */
const withoutOptions = (hint: string | undefined): string | undefined =>
  hint?.replace(/,? or pass (?:--|`).*$/, '')

/** Tells why a mode cannot go on. */
export const logFailure = (log: Log, thrown: unknown): void => {
  const { code, message, hint: whole } = complaintOf(thrown)
  const hint = withoutOptions(whole)
  log({ level: 'error', msg: 'hotmount ends', text: message, hint, fields: { code, error: message } })
}

/** Runs a mode to its end; what it fails of is logged, and gives the exit code of the originals. */
export const endingWell = async ({ signal }: Io, log: Log, work: () => Promise<number>): Promise<number> => {
  try {
    return await work()
  } catch (thrown) {
    if (signal.aborted) return 0
    // A fault of ours is told by whoever called us.
    if (!(thrown instanceof HotmountError)) throw thrown
    logFailure(log, thrown)
    return runFailed
  }
}
