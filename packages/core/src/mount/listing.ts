import { readdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Pieces, Slice } from '../base/slice.js'
import { codeOf } from '../base/thrown.js'
import { deepest, isPlainKey } from './layout.js'
import type { Key } from './snapshot.js'

interface Link {
  readonly path: string
  readonly key: Key
  readonly depth: number
}

/** The keys of a directory that holds regular files only, as most revisions do; undefined for any other. */
export const flatKeys = (directory: string): Key[] | undefined => {
  const keys: Key[] = []
  for (const item of readdirSync(directory, { withFileTypes: true })) {
    if (!item.isFile()) return undefined
    keys.push(item.name)
  }
  return keys
}

/** Collects every key below a directory. */
export class Listing {
  readonly keys: Key[] = []
  readonly #isPlain: boolean
  readonly #slice: Slice
  // Of ordinary directories, the real paths: each is walked once, so that links cannot multiply or go in circles.
  readonly #walked = new Set<string>()
  readonly #links: Link[] = []

  constructor(isPlain: boolean, slice: Slice) {
    this.#isPlain = isPlain
    this.#slice = slice
  }

  /** First everything that is really there, then what links lead to: the shortest of several names wins. */
  *walk(root: string): Pieces<void> {
    yield* this.#walk(root, '', 0)
    for (let next = this.#links.shift(); next; next = this.#links.shift()) yield* this.#follow(next)
  }

  *#walk(directory: string, prefix: string, depth: number): Pieces<void> {
    if (this.#slice.isOver()) yield* this.#slice.rest()
    if (this.#isPlain) {
      const real = realpathSync(directory)
      if (this.#walked.has(real) || depth > deepest) return
      this.#walked.add(real)
    }
    const links: Link[] = []
    for (const item of readdirSync(directory, { withFileTypes: true })) {
      if (this.#isPlain && !isPlainKey(item.name, prefix !== '')) continue
      const key = prefix + item.name
      if (item.isFile()) this.keys.push(key)
      else if (item.isDirectory()) yield* this.#walk(join(directory, item.name), `${key}/`, depth + 1)
      else if (item.isSymbolicLink()) links.push({ path: join(directory, item.name), key, depth })
    }
    if (links.length > 0) this.#links.push(...links.toSorted((a, b) => (a.key < b.key ? -1 : 1)))
  }

  *#follow({ path, key, depth }: Link): Pieces<void> {
    const target = statUnlessLoop(path)
    if (target?.isFile() === true) this.keys.push(key)
    else if (target?.isDirectory() === true) yield* this.#walk(path, `${key}/`, depth + 1)
  }
}

const statUnlessLoop = (path: string): Stats | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (thrown) {
    if (codeOf(thrown) === 'ELOOP') return undefined
    throw thrown
  }
}
