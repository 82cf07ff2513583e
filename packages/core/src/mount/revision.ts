import { lstatSync, readlinkSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
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
  /** undefined: all of them. */
  readonly selects: ((key: Key) => boolean) | undefined
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
}

/** The rest of a try, a slice in each turn. undefined: the revision moved while it was read. */
export type RestOfTry = Pieces<Revision | undefined>

/** Whether something failed because what it was about is not there. */
export const isGone = (thrown: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(thrown) ?? '')

/** The name of the published revision; undefined where there is no `..data` link. */
export const revisionOf = (root: string): string | undefined => {
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

/** When a revision was published, in milliseconds since 1970; undefined where it is no longer the published one. */
export const publishedAtOf = (root: string, name: string): number | undefined => {
  try {
    // The rename that publishes a link sets its change time; its other times are from when it was made.
    const { ctimeMs } = lstatSync(`${root}/${dataLink}`)
    return revisionOf(root) === name ? ctimeMs : undefined
  } catch {
    return undefined
  }
}

/** What was replaced outside, behind this container's back. */
export const detached = ({ path }: ReadRequest): MountError =>
  new MountError(
    'MOUNT_DETACHED',
    path,
    `${path} was replaced behind this container: it sees no more updates`,
    {
      hint: 'restart the container; the last snapshot stays in use until then',
    },
  )

/** One ordinary file. */
const readFile = (request: ReadRequest): Revision => {
  const { root, layout } = request
  const there = statSync(root, { throwIfNoEntry: false })
  // A bind-mounted file that was replaced outside: its last link is gone, and the path still shows the old one.
  if (there?.nlink === 0) throw detached(request)
  const keys = there === undefined ? [] : [basename(root)]
  const reading = new Keys(dirname(root), keys, true, request)
  reading.read(new Slice())
  return { layout, name: undefined, entries: reading.entries, keys }
}

/** What was found to read. */
interface Found {
  /** The revision's; undefined where there is none. */
  readonly name: string | undefined
  /** Every key that is there, watched or not. */
  readonly keys: readonly Key[]
  readonly reading: Keys
}

const watchedOf = ({ selects }: ReadRequest, keys: readonly Key[]): readonly Key[] =>
  selects ? keys.filter(selects) : keys

/** What was read; undefined: the revision moved meanwhile. */
const end = ({ root }: ReadRequest, { name, keys, reading }: Found): Revision | undefined => {
  // A listing that races with the removal of an old revision can be a subset without any error: only a link
  // that has not moved proves it complete. docs/01-mounts.md
  if (revisionOf(root) !== name) return undefined
  const layout = name === undefined ? 'plain' : 'atomic'
  return { layout, name, entries: reading.entries, keys }
}

/** Goes on after a slice is over. */
function* readRest(request: ReadRequest, found: Found, slice: Slice): RestOfTry {
  do yield* slice.rest()
  while (!found.reading.read(slice))
  return end(request, found)
}

/** Reads what must be walked: directories within directories, and links. */
function* walk(request: ReadRequest, name: string | undefined, directory: string, slice: Slice): RestOfTry {
  const listing = new Listing(name === undefined, slice)
  yield* listing.walk(directory)
  const { keys } = listing
  const found = { name, keys, reading: new Keys(directory, watchedOf(request, keys), false, request) }
  return found.reading.read(slice) ? end(request, found) : yield* readRest(request, found, slice)
}

/**
 * One try to read the revision that is published: at once where one slice is enough, else how to go on. No generator
 * until then: on one key it costs as much as its bytes. undefined: the revision moved meanwhile.
 */
export const tryToRead = (request: ReadRequest, published?: string): Revision | RestOfTry | undefined => {
  const { root, layout } = request
  if (layout === 'file') return readFile(request)
  const name = published ?? revisionOf(root)
  const slice = new Slice()
  if (name === undefined) return layout === 'atomic' ? undefined : walk(request, name, root, slice)
  const isElsewhere = name.startsWith('/')
  const directory = isElsewhere ? name : `${root}/${name}`
  const keys = flatKeys(directory)
  if (!keys) return walk(request, name, directory, slice)
  const found = { name, keys, reading: new Keys(directory, watchedOf(request, keys), !isElsewhere, request) }
  return found.reading.read(slice) ? end(request, found) : readRest(request, found, slice)
}
