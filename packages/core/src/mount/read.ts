import { lstatSync, readlinkSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../base/clock.js'
import { MountError } from '../base/errors.js'
import { type Pieces, Slice } from '../base/slice.js'
import { codeOf } from '../base/thrown.js'
import { Keys } from './keys.js'
import { dataLink, type Layout } from './layout.js'
import { flatKeys, Listing } from './listing.js'
import type { Entries, Key } from './snapshot.js'

/** What to read, and what it is compared with. */
export interface ReadRequest {
  readonly path: string
  readonly root: string
  /** Once `atomic`, always `atomic`: a mount being torn down must not be read as a plain directory with fewer keys. */
  readonly layout: Layout
  readonly selects: (key: Key) => boolean
  readonly maxBytes: number
  /** A short read is the end of the file. */
  readonly isExact: boolean
  /** What was published a moment ago, if that is known: saves asking again. */
  readonly published: string | undefined
  /** Unchanged keys share their bytes with these. */
  readonly known: Entries
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** One complete revision. */
export interface Revision {
  readonly layout: Layout
  /** The kubelet's name; undefined where there is none. */
  readonly name: string | undefined
  readonly entries: Entries
  /** Every key that is there, watched or not. */
  readonly keys: readonly Key[]
  /** When the kubelet put it in place; undefined where there is none. */
  readonly publishedAt: Date | undefined
}

const isGone = (thrown: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(thrown) ?? '')

/** The name of the published revision; undefined where there is no `..data` link. */
const revisionOf = (root: string): string | undefined => {
  try {
    return readlinkSync(`${root}/${dataLink}`)
  } catch (thrown) {
    // EINVAL: some sandboxes copy `..data` as a real directory. Then content decides, as in any directory.
    if (isGone(thrown) || codeOf(thrown) === 'EINVAL') return undefined
    throw thrown
  }
}

/** The name of what is published; undefined where that cannot be told. */
export const publishedRevision = (root: string): string | undefined => {
  try {
    return revisionOf(root)
  } catch {
    return undefined
  }
}

/** What the first slice left over. */
function* readOthers(keys: Keys, slice: Slice): Pieces<Entries> {
  do yield* slice.rest()
  while (!keys.read(slice))
  return keys.entries
}

function* list(directory: string, isPlain: boolean, slice: Slice): Pieces<readonly Key[]> {
  const listing = new Listing(isPlain, slice)
  yield* listing.walk(directory)
  return listing.keys
}

const detached = ({ path }: ReadRequest): MountError =>
  new MountError(
    'MOUNT_DETACHED',
    path,
    `${path} was replaced behind this container: it sees no more updates`,
    {
      hint: 'restart the container; the last snapshot stays in use until then',
    },
  )

/** One try. undefined: the revision moved while it was read, start over. */
function* readOnce(request: ReadRequest, published?: string): Pieces<Revision | undefined> {
  const { root, layout } = request
  const slice = new Slice()
  if (layout === 'file') {
    const key = basename(root)
    const there = statSync(root, { throwIfNoEntry: false })
    // A bind-mounted file that was replaced outside: its last link is gone, and the path still shows the old one.
    if (there?.nlink === 0) throw detached(request)
    const gone = there === undefined
    const reading = new Keys(dirname(root), gone ? [] : [key], true, request)
    reading.read(slice)
    const { entries } = reading
    return { layout, name: undefined, entries, keys: gone ? [] : [key], publishedAt: undefined }
  }
  const name = published ?? revisionOf(root)
  if (name === undefined && layout === 'atomic') return undefined
  const isElsewhere = name?.startsWith('/') === true
  const directory = name === undefined ? root : isElsewhere ? name : `${root}/${name}`
  const flat = name === undefined ? undefined : flatKeys(directory)
  const keys = flat ?? (yield* list(directory, name === undefined, slice))
  const isWithin = flat !== undefined && !isElsewhere
  const reading = new Keys(directory, keys.filter(request.selects), isWithin, request)
  const entries = reading.read(slice) ? reading.entries : yield* readOthers(reading, slice)
  // The rename that publishes a link sets its change time; its other times are from when it was made.
  const publishedAt = name === undefined ? undefined : lstatSync(`${root}/${dataLink}`).ctime
  // A listing that races with the removal of an old revision can be a subset without any error: only a link
  // that has not moved proves it complete. docs/01-mounts.md
  if (revisionOf(root) !== name) return undefined
  return { layout: name === undefined ? 'plain' : 'atomic', name, entries, keys, publishedAt }
}

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
const inSlices = async (pieces: Pieces<Revision | undefined>): Promise<Revision | undefined> => {
  for (;;) {
    await turn()
    const { done, value } = pieces.next()
    if (done === true) return value
  }
}

/** Goes on with a try that was begun, and then tries again. One that has ended without a revision counts. */
const readOn = async (request: ReadRequest, begun: Pieces<Revision | undefined>): Promise<Revision> => {
  let last: unknown
  for (let attempt = 0; attempt < tries; attempt++) {
    // Measured with a writer that never pauses: at most 108 tries in a row without a pause between them.
    if (attempt > 20) await request.clock.sleep(Math.min(attempt - 20, 10), request.signal)
    try {
      // It was begun by a file event: a turn asked for there comes in the same round of the loop, before any timer.
      if (attempt === 0) await turn()
      const revision = await inSlices(attempt === 0 ? begun : readOnce(request))
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
  const pieces = readOnce(request, request.published)
  try {
    const { done, value } = pieces.next()
    if (done === true && value !== undefined) return value
  } catch (thrown) {
    if (isFinal(thrown)) throw explain(request, thrown)
  }
  return readOn(request, pieces)
}
