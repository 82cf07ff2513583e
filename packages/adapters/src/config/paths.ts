import { isDeepStrictEqual } from 'node:util'
import { deepest, mostNodes } from '../formats/text.js'

/** Names and list positions, from the root to one value. */
export type Path = readonly (string | number)[]

/** One difference between two configs. `undefined` stands for "not there". */
export interface PathChange {
  readonly path: Path
  readonly before: unknown
  readonly after: unknown
}

/** Whether a value is an ordinary object, whose own names are paths. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** What stands under an own name; never what a prototype has. */
export const own = (value: unknown, name: string | number): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined

/** Collects the differences of two values in one walk over both. */
class Differences {
  readonly found: PathChange[] = []
  readonly #path: (string | number)[] = []
  #left = mostNodes

  #under(name: string | number, before: unknown, after: unknown): void {
    if (typeof before !== 'object' && Object.is(before, after)) return
    this.#path.push(name)
    this.look(before, after)
    this.#path.pop()
  }

  #lists(before: readonly unknown[], after: readonly unknown[]): void {
    for (let at = 0; at < Math.max(before.length, after.length); at += 1)
      this.#under(at, own(before, at), own(after, at))
  }

  #records(before: object, after: object): void {
    for (const name of Object.keys(before)) this.#under(name, Reflect.get(before, name), own(after, name))
    for (const name of Object.keys(after))
      if (!Object.hasOwn(before, name)) this.#under(name, undefined, Reflect.get(after, name))
  }

  look(before: unknown, after: unknown): void {
    if (Object.is(before, after)) return
    this.#left -= 1
    // A schema may return a circle, or share one object everywhere: then values are compared as a whole.
    const isFar = this.#path.length > deepest || this.#left < 0
    if (!isFar && Array.isArray(before) && Array.isArray(after)) this.#lists(before, after)
    else if (!isFar && isRecord(before) && isRecord(after)) this.#records(before, after)
    else if (!isDeepStrictEqual(before, after)) this.found.push({ path: [...this.#path], before, after })
  }
}

/** Every difference, as deep as ordinary objects and lists go; anything else is compared as a whole. */
export const diffPaths = (before: unknown, after: unknown): readonly PathChange[] => {
  const differences = new Differences()
  differences.look(before, after)
  return differences.found
}

/** A path as a person writes it: `server.ports.0`. */
export const pathText = (path: readonly PropertyKey[]): string => path.map(String).join('.')

/** Whether a dotted path is one of these, or below one of these. */
export const isUnder = (path: string, roots: readonly string[]): boolean =>
  roots.some((root) => path === root || path.startsWith(`${root}.`))

/** The value at a path; undefined where it leads nowhere. */
export const valueAt = (root: unknown, path: Path): unknown => path.reduce<unknown>(own, root)

/** A plain copy with one value put at a path, making objects on the way; `undefined` takes the name away. */
export const withValueAt = (root: unknown, path: Path, value: unknown): unknown => {
  const [name, ...rest] = path
  if (name === undefined) return value
  const inner = withValueAt(own(root, name), rest, value)
  if (Array.isArray(root) && typeof name === 'number')
    return Object.assign([...(root as unknown[])], { [name]: inner })
  const others = isRecord(root) ? Object.entries(root).filter(([other]) => other !== String(name)) : []
  // fromEntries defines names, `__proto__` too, where an assignment would set a prototype.
  return Object.fromEntries(inner === undefined ? others : [...others, [name, inner]])
}
