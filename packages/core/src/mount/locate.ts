import { lstatSync, readlinkSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { MountError } from '../base/errors.js'
import { codeOf } from '../base/thrown.js'
import { dataLink, isRevisionName, type Layout } from './layout.js'

/** A path as understood: which directory to watch, and which of its keys are meant. */
export interface Location {
  /** The directory (for `file`: the file itself). */
  readonly root: string
  readonly layout: Layout
  /** A path inside a mount means this key, or the keys below it. */
  readonly within: string | undefined
}

const linkTarget = (path: string): string | undefined => {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined
  } catch {
    return undefined
  }
}

/** The nearest directory at or above a path that has a `..data` link. */
const mountAbove = (path: string): string | undefined => {
  for (let at = path; ; at = dirname(at)) {
    if (linkTarget(join(at, dataLink)) !== undefined) return at
    if (at === dirname(at)) return undefined
  }
}

const inside = (root: string, path: string): string | undefined => {
  const steps = relative(root, path).split('/')
  // `<mount>/..data/app.yaml` and `<mount>/..2026_…/app.yaml` mean the key, whatever the revision.
  if (steps[0] === dataLink || isRevisionName(steps[0] ?? '')) steps.shift()
  return steps.join('/') || undefined
}

const missing = (path: string, root: string | undefined): MountError =>
  root === undefined || root === path
    ? new MountError('MOUNT_MISSING', path, `nothing is mounted at ${path}`, {
        hint: 'check volumeMounts.mountPath in the pod spec, or pass `wait` if the path appears later',
        retryable: true,
      })
    : new MountError('MOUNT_MISSING', path, `the mount ${root} has no key ${inside(root, path) ?? path}`, {
        hint: 'check the key and `items` in the pod spec, or pass `wait` if the key appears later',
        retryable: true,
      })

/**
 * Finds the mount that a path means: the path itself, a mount it lies inside, or where its symlinks lead.
 *
 * @throws MountError MOUNT_MISSING MOUNT_UNREADABLE
 */
export const locate = (given: string): Location => {
  const path = resolve(given)
  // Symlinks are followed one at a time: the fully resolved path would name one revision, which goes away.
  for (let at = path, hops = 0; hops < 40; hops++) {
    const root = mountAbove(at)
    if (root !== undefined) {
      const within = inside(root, at)
      if (within !== undefined && !exists(join(root, dataLink, within), path)) {
        // Something of its own below a mount, such as another volume, is none of its keys.
        if (exists(at, path)) break
        throw missing(path, root)
      }
      return { root, layout: 'atomic', within }
    }
    const target = linkTarget(at)
    if (target === undefined) break
    at = resolve(dirname(at), target)
  }
  if (!exists(path, path)) throw missing(path, undefined)
  return { root: path, layout: statSync(path).isDirectory() ? 'plain' : 'file', within: undefined }
}

const exists = (path: string, given: string): boolean => {
  try {
    statSync(path)
    return true
  } catch (thrown) {
    const code = codeOf(thrown)
    if (code === 'ENOENT' || code === 'ENOTDIR') return false
    throw new MountError('MOUNT_UNREADABLE', given, `cannot look at ${path}: ${code}`, {
      hint: 'the process needs search permission on every directory of the path',
      origin: thrown,
    })
  }
}

/** Whether a key is meant by a location. */
export const isWithin = (location: Location, key: string): boolean =>
  location.within === undefined || key === location.within || key.startsWith(`${location.within}/`)
