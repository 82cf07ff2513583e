import { randomInt } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'

/** The link whose target is the current revision. */
export const dataLink = '..data'
/** The link that becomes {@link dataLink} by a rename. */
export const nextLink = '..data_tmp'
/** How the kubelet names a revision. */
export const revisionName: RegExp = /^\.\.\d{4}(?:_\d\d){5}\.\d+$/

/** Whether a failed file operation failed with one of these codes. */
export const failedWith = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code))

/** The link's target, or undefined where there is no such link. */
export const readLink = async (path: string): Promise<string | undefined> => {
  try {
    return await readlink(path)
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined
    throw error
  }
}

interface Walked {
  readonly path: string
  readonly directory: boolean
}

/** Every path below a directory, relative to it, parents first; nothing where there is no such directory. */
export const walk = async (directory: string, prefix = ''): Promise<readonly Walked[]> => {
  try {
    const walked: Walked[] = []
    // By hand: from Node 26 on, a recursive readdir follows linked directories.
    for (const entry of await readdir(join(directory, prefix), { withFileTypes: true })) {
      const path = join(prefix, entry.name)
      walked.push({ path, directory: entry.isDirectory() })
      if (entry.isDirectory()) walked.push(...(await walk(directory, path)))
    }
    return walked.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return []
    throw error
  }
}

/** What is published in a volume: the revision and its bytes; undefined before the first one. */
export const readPublished = async (
  volume: string,
): Promise<
  { readonly revision: string; readonly data: Readonly<Record<string, Uint8Array>> } | undefined
> => {
  const revision = await readLink(join(volume, dataLink))
  if (revision === undefined) return undefined
  const files: [string, Uint8Array][] = []
  for (const entry of await walk(join(volume, revision)))
    if (!entry.directory) files.push([entry.path, await readFile(join(volume, revision, entry.path))])
  // fromEntries, as assigning to data['__proto__'] would lose that key.
  return { revision, data: Object.fromEntries(files) }
}

/** Makes a new revision directory: its name is UTC time and a random number, its making is exclusive. */
export const makeRevision = async (volume: string): Promise<string> => {
  for (;;) {
    const time = new Date().toISOString().slice(0, 19).replaceAll(/[-T:]/g, '_')
    const name = `..${time}.${randomInt(2 ** 32)}`
    try {
      await mkdir(join(volume, name), { mode: 0o700 })
      await chmod(join(volume, name), 0o755)
      return name
    } catch (error) {
      if (!failedWith(error, 'EEXIST')) throw error
    }
  }
}
