import { isDeepStrictEqual } from 'node:util'
import { deepest } from '../formats/text.js'

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

const namesOf = (value: object): Path => (Array.isArray(value) ? [...value.keys()] : Object.keys(value))

/** What stands under an own name; never what a prototype has. */
export const own = (value: unknown, name: string | number): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined

const isOpen = (value: unknown): value is object => isRecord(value) || Array.isArray(value)

/** Every difference, as deep as ordinary objects and lists go; anything else is compared as a whole. */
export const diffPaths = (before: unknown, after: unknown, path: Path = []): readonly PathChange[] => {
  if (isDeepStrictEqual(before, after)) return []
  const alike = isOpen(before) && isOpen(after) && Array.isArray(before) === Array.isArray(after)
  // A schema may return a circle: it is compared as a whole once it is deeper than any text can be.
  if (!alike || path.length > deepest) return [{ path, before, after }]
  const names = new Set([...namesOf(before), ...namesOf(after)])
  return [...names].flatMap((name) => diffPaths(own(before, name), own(after, name), [...path, name]))
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
