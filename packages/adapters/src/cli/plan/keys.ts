import type { Keys } from '../config/config.js'
import type { Path } from '../config/problem.js'
import { keyPattern, listOf } from '../config/values.js'
import { didYouMean } from '../nearest.js'
import type { Say } from './say.js'

/** Which mounts a reaction looks at, out of all of them. */
export interface Scope {
  /** Names of all mounts. */
  readonly all: readonly string[]
  /** Names of those that matter here. */
  readonly mounts: readonly string[]
}

const hint = (all: readonly string[]): string =>
  `with several mounts, keys are called NAME/KEY: '${all[0] ?? 'NAME'}/*'`

const slashed = (pattern: string): readonly [name: string, rest: string] => {
  const at = pattern.indexOf('/')
  return at < 0 ? ['', pattern] : [pattern.slice(0, at), pattern.slice(at + 1)]
}

/** The mounts that these patterns name; all of them without patterns. */
export const scopeOf = (all: readonly string[], on: Keys | undefined, path: Path, say: Say): Scope => {
  if (on === undefined || all.length < 2) return { all, mounts: all }
  const named = new Set<string>()
  for (const pattern of listOf(on)) {
    const [name] = slashed(pattern)
    const wanted = keyPattern(name)
    const found = all.filter((one) => (typeof wanted === 'string' ? one === wanted : wanted.test(one)))
    if (found.length === 0) say(path, `it names no mount${didYouMean(name, all)}`, hint(all))
    for (const one of found) named.add(one)
  }
  return { all, mounts: named.size === 0 ? all : all.filter((one) => named.has(one)) }
}

/** A key as the mounts of a scope call it: of one of several, it loses the name of the mount. */
export const keyIn = ({ all, mounts }: Scope, key: string, path: Path, say: Say): string => {
  if (all.length < 2) return key
  const [name, rest] = slashed(key)
  const [only] = mounts
  if (!all.includes(name) && !name.includes('*')) {
    say(path, `it names no mount${didYouMean(name, all)}`, hint(all))
    return key
  }
  if (mounts.length > 1) return key
  if (name === only || name.includes('*')) return rest
  say(path, `it is a key of ${name}, and this reacts to ${only ?? ''} alone`, 'name both in `on`, or neither')
  return key
}

/** Patterns as what selects keys in the mounts of a scope. */
export const patternsIn = (
  scope: Scope,
  on: Keys | undefined,
  path: Path,
  say: Say,
): readonly (string | RegExp)[] | undefined =>
  on === undefined ? undefined : listOf(on).map((key) => keyPattern(keyIn(scope, key, path, say)))
