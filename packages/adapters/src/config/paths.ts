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

type Names = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Whether a value is an ordinary object, whose own names are paths. */
export const isRecord = (value: unknown): value is Names => {
  if (!isObject(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** What stands under an own name; never what a prototype has. */
export const own = (value: unknown, name: string | number): unknown =>
  isObject(value) && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined

/** A walk over two values, side by side. */
interface Walk {
  readonly found: PathChange[]
  readonly path: (string | number)[]
  left: number
}

// Functions and no class: the optimized methods of a class are thrown away with its last instance.
const under = (walk: Walk, name: string | number, before: unknown, after: unknown): void => {
  walk.path.push(name)
  look(walk, before, after)
  walk.path.pop()
}

const lists = (walk: Walk, before: readonly unknown[], after: readonly unknown[]): void => {
  const length = Math.max(before.length, after.length)
  for (let at = 0; at < length; at += 1)
    if (!Object.is(before[at], after[at])) under(walk, at, before[at], after[at])
}

const records = (walk: Walk, before: Names, after: Names): void => {
  const [old, now] = [Object.keys(before), Object.keys(after)]
  for (let at = 0; at < old.length; at += 1) {
    const name = old[at] ?? ''
    const next = now[at] === name || Object.hasOwn(after, name) ? after[name] : undefined
    if (!Object.is(before[name], next)) under(walk, name, before[name], next)
  }
  for (let at = 0; at < now.length; at += 1) {
    const name = now[at] ?? ''
    if (old[at] !== name && !Object.hasOwn(before, name)) under(walk, name, undefined, after[name])
  }
}

const look = (walk: Walk, before: unknown, after: unknown): void => {
  if (Object.is(before, after)) return
  walk.left -= 1
  // A schema may return a circle, or share one object everywhere: then values are compared as a whole.
  const isFar = walk.path.length > deepest || walk.left < 0
  if (!isFar && Array.isArray(before) && Array.isArray(after)) lists(walk, before, after)
  else if (!isFar && isRecord(before) && isRecord(after)) records(walk, before, after)
  else if (!isObject(before) || !isObject(after) || !isDeepStrictEqual(before, after))
    walk.found.push({ path: [...walk.path], before, after })
}

/** Every difference, as deep as ordinary objects and lists go; anything else is compared as a whole. */
export const diffPaths = (before: unknown, after: unknown): readonly PathChange[] => {
  const walk: Walk = { found: [], path: [], left: mostNodes }
  look(walk, before, after)
  return walk.found
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
