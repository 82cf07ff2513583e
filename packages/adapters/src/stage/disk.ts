import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, open, readdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf } from '../process/errno.js'

/** One thing that is done to a disk. */
export type DiskStep = 'mkdir' | 'create' | 'write' | 'sync' | 'link' | 'rename' | 'remove'

const fileMode = 0o644
const directoryMode = 0o755

/** What staging does to a disk, and nothing else; what is synced is still there after the power has failed. */
export class Disk {
  readonly #before: (step: DiskStep, path: string) => void

  /** `before` is called ahead of each step; one that throws keeps it from happening. For tests. */
  constructor(before: (step: DiskStep, path: string) => void = () => undefined) {
    this.#before = before
  }

  async makeDirectory(path: string): Promise<void> {
    this.#before('mkdir', path)
    await mkdir(path)
    // The umask may have taken away what the server needs to read it.
    await chmod(path, directoryMode)
  }

  /** Makes a directory and those above it. */
  async makeDirectories(path: string): Promise<void> {
    this.#before('mkdir', path)
    await mkdir(path, { recursive: true })
    await chmod(path, directoryMode)
  }

  async writeFile(path: string, bytes: Uint8Array): Promise<void> {
    this.#before('create', path)
    const file = await open(path, 'wx', fileMode)
    try {
      this.#before('write', path)
      await file.writeFile(bytes)
      await file.chmod(fileMode)
      this.#before('sync', path)
      await file.sync()
    } finally {
      await file.close()
    }
  }

  /** Makes the names in a directory last. */
  async syncDirectory(path: string): Promise<void> {
    this.#before('sync', path)
    const directory = await open(path, 'r')
    try {
      await directory.sync()
    } catch (error) {
      // Some file systems (FUSE, 9p) have no sync of directories: nothing more can be done there.
      if (!['EINVAL', 'ENOTSUP'].includes(errnoOf(error))) throw error
    } finally {
      await directory.close()
    }
  }

  /** Makes a symbolic link, in the place of an older one. */
  async link(target: string, path: string): Promise<void> {
    await this.remove(path)
    this.#before('link', path)
    await symlink(target, path)
  }

  async rename(from: string, to: string): Promise<void> {
    this.#before('rename', to)
    await rename(from, to)
  }

  /** Removes a file, a link, or a directory with all that is in it; nothing when it is not there. */
  async remove(path: string): Promise<void> {
    if ((await kindOf(path)) === undefined) return
    this.#before('remove', path)
    await rm(path, { recursive: true, force: true })
  }
}

/** What is at a path; a link is a link, wherever it leads. */
export const kindOf = async (path: string): Promise<'directory' | 'link' | 'other' | undefined> => {
  try {
    const found = await lstat(path)
    if (found.isDirectory()) return 'directory'
    return found.isSymbolicLink() ? 'link' : 'other'
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Where a link leads; undefined when there is no link. */
export const targetOf = async (path: string): Promise<string | undefined> =>
  (await kindOf(path)) === 'link' ? readlink(path) : undefined

/** Every file below a directory, by its path relative to it. */
const filesIn = async (directory: string, prefix = ''): Promise<readonly string[]> => {
  const files: string[] = []
  for (const entry of await readdir(join(directory, prefix), { withFileTypes: true })) {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`
    if (entry.isDirectory()) files.push(...(await filesIn(directory, path)))
    else files.push(path)
  }
  return files
}

/** The same for the same files by path, and for no others. */
export const fingerprintOf = (files: ReadonlyMap<string, Uint8Array>): string => {
  const hash = createHash('sha256')
  for (const path of [...files.keys()].toSorted()) {
    const bytes = files.get(path) ?? new Uint8Array()
    hash.update(`${JSON.stringify(path)} ${bytes.length} `).update(bytes)
  }
  return hash.digest('hex')
}

/** The fingerprint of what a directory holds; undefined when it cannot be read. */
export const fingerprintIn = async (directory: string): Promise<string | undefined> => {
  try {
    const files = new Map<string, Uint8Array>()
    for (const path of await filesIn(directory)) files.set(path, await readFile(join(directory, path)))
    return fingerprintOf(files)
  } catch {
    return undefined
  }
}

/** Whether a directory holds exactly these files. */
export const holds = async (directory: string, files: ReadonlyMap<string, Uint8Array>): Promise<boolean> => {
  const present = await filesIn(directory)
  if (present.length !== files.size) return false
  for (const path of present) {
    const wanted = files.get(path)
    if (!wanted || !(await readFile(join(directory, path))).equals(wanted)) return false
  }
  return true
}
