import { readFileSync, realpathSync } from 'node:fs'
import { isFrozenRoot } from './layout.js'

/** One line of /proc/self/mountinfo. */
export interface MountPoint {
  /** Path of the mounted directory or file inside its file system. */
  readonly root: string
  readonly path: string
  readonly filesystem: string
}

// proc(5): space, tab, newline and backslash are written as octal escapes.
const unescape = (field: string): string =>
  field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)))

/** Mount points in the order of the table: a later line covers an earlier one with the same path. */
export const parseMountinfo = (table: string): readonly MountPoint[] =>
  table
    .split('\n')
    .map((line) => line.split(' '))
    .filter((fields) => fields.length >= 9)
    .map((fields) => ({
      root: unescape(fields[3] ?? ''),
      path: unescape(fields[4] ?? ''),
      filesystem: fields[fields.indexOf('-') + 1] ?? '',
    }))

/** The mount point that a path lies on. */
export const mountPointOf = (points: readonly MountPoint[], path: string): MountPoint | undefined => {
  const covers = (point: MountPoint): boolean =>
    point.path === path || path.startsWith(point.path === '/' ? '/' : `${point.path}/`)
  return points
    .filter((point) => covers(point))
    .reduce<MountPoint | undefined>(
      (best, one) => (best && best.path.length > one.path.length ? best : one),
      undefined,
    )
}

let last: { readonly table: string; readonly points: readonly MountPoint[] } = { table: '', points: [] }

/** The mount points of this process; none where there is no /proc. Many mounts are opened at once, and find the same table. */
const readMountinfo = (): readonly MountPoint[] => {
  try {
    const table = readFileSync('/proc/self/mountinfo', 'utf8')
    if (table !== last.table) last = { table, points: parseMountinfo(table) }
    return last.points
  } catch {
    return []
  }
}

/** A path with its symlinks followed, as the table of mounts names it; as it is where that is not permitted. */
const realPath = (path: string): string => {
  try {
    return realpathSync.native(path)
  } catch {
    return path
  }
}

/** The mount point that a path lies on. */
export const mountPointAt = (path: string): MountPoint | undefined =>
  mountPointOf(readMountinfo(), realPath(path))

/** Whether a mount point shows one revision for ever (subPath). */
export const isFrozen = (point: MountPoint | undefined): boolean =>
  point !== undefined && isFrozenRoot(point.root.replace(/\/\/deleted$/, ''))

/** Names below a directory that show one revision for ever: files mounted there by subPath. */
export const frozenBelow = (directory: string): readonly string[] => {
  const real = realPath(directory)
  return readMountinfo()
    .filter((point) => point.path.startsWith(`${real}/`) && isFrozen(point))
    .map((point) => point.path.slice(real.length + 1))
}

/** Whether what was mounted here has been deleted behind it: what is seen is the last that will be. */
export const isDeleted = (point: MountPoint | undefined): boolean =>
  point?.root.endsWith('//deleted') ?? false

// File systems on which the kernel announces only what was changed on this side of the mount. docs/01-mounts.md
const silent = /^(?:nfs4?|cifs|smb3?|9p|virtiofs|fuse(?:\..*)?|drvfs|ceph|gofer)$/

/** Whether a read that comes back short has met the end of the file: not where each read is a message to someone. */
export const readsExactly = (point: MountPoint | undefined): boolean =>
  point !== undefined && !isSilent(point)

/** Whether changes made by others can come without file events here. */
export const isSilent = (point: MountPoint | undefined): boolean =>
  point !== undefined && silent.test(point.filesystem)
