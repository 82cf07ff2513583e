import { ReactionError } from '@hotmount/core'
import { errnoOf } from '../process/errno.js'
import type { Where } from '../process/target-error.js'

/** Something that is not ours stands where a link belongs. */
export class Obstacle extends Error {
  readonly path: string
  constructor(path: string) {
    super(`${path} is in the way`)
    this.path = path
  }
}

const full = 'free space there, or raise the sizeLimit of the emptyDir; it is tried again'
const closed = 'mount an emptyDir there that this user may write to (fsGroup, readOnly: false)'
const hints: Readonly<Record<string, string>> = {
  ENOSPC: full,
  EDQUOT: full,
  EFBIG: full,
  // What a recursive mkdir says of a read-only file system.
  ENOENT: closed,
  EROFS: closed,
  EACCES: closed,
  EPERM: closed,
  ENOTDIR: 'the staging directory must be a directory',
}

const said = (error: unknown, into: string): string =>
  error instanceof Obstacle ? error.message : `${into} could not be written (${errnoOf(error)})`

const isSystemError = (error: unknown): boolean => error instanceof Error && 'syscall' in error

/** Runs work on the disk; what the system refuses becomes an error that says whose space or permission is missing. */
export const onDisk = async <T>(where: Where, into: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Obstacle) && !isSystemError(error)) throw error
    const code = where.stage === 'verify' ? 'VERIFY_FAILED' : 'APPLY_FAILED'
    const hint =
      error instanceof Obstacle
        ? 'stage into a directory of its own: move what is there away'
        : (hints[errnoOf(error)] ?? 'the file system refused it; it is tried again')
    throw new ReactionError(code, where, `${where.reaction}: ${said(error, into)}`, {
      hint,
      retryable: true,
      origin: error,
    })
  }
}
