import { statSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { MountError } from '../base/errors.js'
import { codeOf } from '../base/thrown.js'
import {
  detached,
  isGone,
  type ReadRequest,
  type RestOfTry,
  type Revision,
  revisionOf,
  tryToRead,
} from './revision.js'

/** What it means that the mount could not be read, said with the remedy. */
const explain = (request: ReadRequest, thrown: unknown): MountError => {
  const { path, root, layout, maxBytes } = request
  if (thrown instanceof MountError) return thrown
  if (thrown instanceof RangeError)
    return new MountError(
      'MOUNT_TOO_LARGE',
      path,
      `the watched keys of ${path} hold more than ${maxBytes} bytes`,
      {
        hint: 'watch fewer `keys`, or raise `maxBytes`',
      },
    )
  const code = codeOf(thrown)
  if (code === 'EACCES' || code === 'EPERM')
    return new MountError('MOUNT_UNREADABLE', path, `no permission to read ${path} (${code})`, {
      hint: 'set defaultMode (or mode of the item) and fsGroup in the pod spec so that this user may read it',
      retryable: true,
      origin: thrown,
    })
  if (thrown !== undefined && !isGone(thrown))
    return new MountError('MOUNT_UNREADABLE', path, `reading ${path} failed (${code ?? 'unknown error'})`, {
      hint: 'the volume itself is in trouble: see the events of the pod and the log of the node',
      retryable: true,
      origin: thrown,
    })
  const there = statSync(root, { throwIfNoEntry: false })
  if (layout === 'atomic' && (there === undefined || there.nlink === 0 || revisionOf(root) === undefined))
    return detached(request)
  if (there === undefined)
    return new MountError('MOUNT_MISSING', path, `${path} is gone`, {
      hint: 'the last snapshot stays in use; watching goes on in case it comes back',
      retryable: true,
    })
  return new MountError('MOUNT_UNSTABLE', path, `${path} changed faster than it could be read`, {
    hint: 'something rewrites it without pause; it is read again until it holds still',
    retryable: true,
  })
}

const tries = 60

// Everything else but a vanished file and a not yet permitted one is final.
const isFinal = (thrown: unknown): boolean => !isGone(thrown) && codeOf(thrown) !== 'EACCES'

/** The rest of one try, a slice in each turn. */
const inSlices = async (tried: RestOfTry): Promise<Revision | undefined> => {
  for (;;) {
    const { done, value } = tried.next()
    if (done === true) return value
    await turn()
  }
}

/** Tries until a revision holds still. `first` is how to go on with the try that was made at once. */
const readOn = async (request: ReadRequest, first: RestOfTry | undefined): Promise<Revision> => {
  let last: unknown
  for (let attempt = 0; attempt < tries; attempt++) {
    // Measured with a writer that never pauses: at most 108 tries in a row without a pause between them.
    if (attempt > 20) await request.clock.sleep(Math.min(attempt - 20, 10), request.signal)
    await turn()
    // The first was begun by a file event: a turn asked for there comes in the same round of the loop, before any timer.
    if (attempt === 0) await turn()
    try {
      const tried = attempt === 0 ? first : tryToRead(request)
      const revision = tried && 'next' in tried ? await inSlices(tried) : tried
      if (revision !== undefined) return revision
      last = undefined
    } catch (thrown) {
      last = thrown
      if (isFinal(thrown)) break
    }
  }
  throw explain(request, last)
}

/**
 * Reads one revision, never a mix of two: pinned below the resolved `..data`, accepted only if that did not move.
 * At once where one slice is enough, which it is for most: on one key promises cost as much as the reading.
 *
 * @throws MountError MOUNT_UNREADABLE MOUNT_TOO_LARGE MOUNT_DETACHED MOUNT_MISSING MOUNT_UNSTABLE
 */
export const readRevision = (request: ReadRequest): Revision | Promise<Revision> => {
  let first: RestOfTry | undefined
  try {
    const tried = tryToRead(request, request.published)
    if (tried && 'entries' in tried) return tried
    first = tried
    const { done, value } = first?.next() ?? {}
    if (done === true && value !== undefined) return value
  } catch (thrown) {
    if (isFinal(thrown)) throw explain(request, thrown)
  }
  return readOn(request, first)
}
