import { basename, resolve } from 'node:path'
import { combine, type Mount, UsageError, watchConfigMap, type WatchOptions } from '@hotmount/core'

/** One mount as named on the command line. */
export interface NamedDirectory {
  readonly name: string
  readonly path: string
}

/** `DIR` or `NAME=DIR`. */
const parse = (given: string): NamedDirectory => {
  const [, name, path] = /^([\w.-]+)=(.+)$/s.exec(given) ?? []
  return name === undefined || path === undefined
    ? { name: basename(resolve(given)), path: given }
    : { name, path }
}

/** The directories by their names. @throws UsageError BAD_OPTION when two have the same */
export const namedDirectories = (given: readonly string[]): readonly NamedDirectory[] => {
  const directories = given.map(parse)
  for (const [at, { name, path }] of directories.entries()) {
    const twin = directories.slice(0, at).find((other) => other.name === name)
    if (twin)
      throw new UsageError('BAD_OPTION', `--mount: ${twin.path} and ${path} are both called ${name}`, {
        hint: `keys of several mounts are called NAME/KEY: write --mount NAME=${path}`,
      })
  }
  return directories
}

/** The keys of `list` that are in the mount `name`. @throws UsageError BAD_OPTION */
const keysWithin = (name: string, list: readonly string[] | undefined): readonly string[] | undefined => {
  if (list === undefined) return undefined
  const within = list.filter((key) => key.startsWith(`${name}/`)).map((key) => key.slice(name.length + 1))
  if (within.length > 0) return within
  throw new UsageError('BAD_OPTION', `--keys: it names no key of the mount ${name}`, {
    hint: `with several mounts, keys are called NAME/KEY: --keys '${name}/*'`,
  })
}

/**
 * Opens one directory, or several as one mount with keys called `NAME/KEY`. Nothing stays open when one of them fails.
 *
 * @throws MountError, UsageError
 */
export const openMounts = async (
  directories: readonly NamedDirectory[],
  keys: readonly string[] | undefined,
  optionsFor: (keys: readonly string[] | undefined) => WatchOptions,
): Promise<Mount> => {
  const [only] = directories
  if (only && directories.length === 1) return watchConfigMap(only.path, optionsFor(keys))
  const plans = directories.map(({ name, path }) => ({
    name,
    path,
    options: optionsFor(keysWithin(name, keys)),
  }))
  const opened: Record<string, Mount> = {}
  try {
    for (const { name, path, options } of plans) opened[name] = await watchConfigMap(path, options)
    return combine(opened)
  } catch (error) {
    await Promise.all(Object.values(opened).map((mount) => mount.close()))
    throw error
  }
}
