import { basename, resolve } from 'node:path'
import { UsageError } from '@hotmount/core'
import type { Args } from './args.js'
import type { Config, MountConfig } from './config/config.js'
import { keysOf, type MountFlag, watchingOf } from './mount-flags.js'

/** One mount as named on the command line. */
interface NamedDirectory {
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
const namedDirectories = (given: readonly string[]): readonly NamedDirectory[] => {
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

/** As short as it can be written. */
const shortest = (mount: MountConfig): string | MountConfig =>
  Object.keys(mount).length === 1 ? mount.path : mount

/** What the flags say is to be watched, by name. @throws UsageError */
export const mountsFrom = (args: Args<MountFlag | 'mount'>): Config['mounts'] => {
  const directories = namedDirectories(args.all('mount'))
  const keys = keysOf(args.one('keys'))
  const watching = watchingOf(args)
  return Object.fromEntries(
    directories.map(({ name, path }) => {
      const own = directories.length === 1 ? keys : keysWithin(name, keys)
      return [name, shortest({ path, ...(own && { keys: own }), ...watching })]
    }),
  )
}

/** The mounts of a file, watched as the flags say. @throws UsageError */
export const withFlags = (mounts: Config['mounts'], args: Args<MountFlag>): Config['mounts'] => {
  const keys = keysOf(args.one('keys'))
  const watching = watchingOf(args)
  const names = Object.keys(mounts)
  return Object.fromEntries(
    Object.entries(mounts).map(([name, given]) => {
      const mount = typeof given === 'string' ? { path: given } : given
      const own = names.length === 1 ? keys : keysWithin(name, keys)
      return [name, shortest({ ...mount, ...(own && { keys: own }), ...watching })]
    }),
  )
}
