import { stat } from 'node:fs/promises'
import { type Mount, UsageError, watchConfigMap } from '@hotmount/core'
import { errnoOf } from '../../process/errno.js'
import { documentsIn } from '../config/documents.js'
import { keysOfManifest } from './manifest.js'
import { keysIn, type Keys } from './projected.js'

/** Something that says what a volume holds, now and whenever it changes. */
export interface Source extends AsyncDisposable {
  /** Tells of changes of the file or directory itself. */
  readonly mount: Mount
  /** What it says now. @throws UsageError BAD_OPTION for a manifest that is wrong */
  read(): Keys
}

const isDirectory = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory()
  } catch (thrown) {
    throw new UsageError('BAD_OPTION', `${path} cannot be read (${errnoOf(thrown)})`, {
      hint: 'name a manifest with a ConfigMap or Secret, or a directory',
    })
  }
}

/** Opens a manifest or a directory. @throws UsageError, MountError */
export const openSource = async (
  path: string,
  name: string | undefined,
  signal: AbortSignal,
): Promise<Source> => {
  const isPlain = await isDirectory(path)
  const mount = await watchConfigMap(path, { signal, emptied: 'accept' })
  const read = (): Keys => {
    if (isPlain) return keysIn(mount)
    const [key] = mount.snapshot.keys()
    if (key === undefined) throw new UsageError('BAD_OPTION', `${path} is not there any more`)
    return keysOfManifest(path, documentsIn(path, mount.snapshot.bytes(key)), name)
  }
  return { mount, read, [Symbol.asyncDispose]: () => mount.close() }
}

/** What a manifest or a directory says, once. @throws UsageError, MountError */
export const readSource = async (
  path: string,
  name: string | undefined,
  signal: AbortSignal,
): Promise<Keys> => {
  await using source = await openSource(path, name, signal)
  return source.read()
}
