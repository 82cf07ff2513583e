import { deepest, mostNodes } from '../formats/text.js'

type Names = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Names => typeof value === 'object' && value !== null
const isOrdinary = (value: object): boolean =>
  Object.getPrototypeOf(value) === Object.prototype && Object.getOwnPropertySymbols(value).length === 0

/** Thrown by {@link frozenTree} where a value is more than a small tree of ordinary objects and lists. */
export const notOrdinary: Error = new Error('not a small tree of ordinary objects and lists')

const put = (record: Record<string, unknown>, name: string, value: unknown): void => {
  if (Object.is(record[name], value)) return
  // An assignment would set the prototype.
  if (name === '__proto__') throw notOrdinary
  record[name] = value
}

/** A copy with what stands under some names taken from before. */
const copyOf = (value: Names, before: Names, same: readonly string[]): Record<string, unknown> => {
  // Spreading keeps the shape, which is far faster than name by name.
  const copy = { ...value }
  for (const name of same) put(copy, name, before[name])
  return copy
}

/** Trees that were made here: all in them is ordinary, and has no symbols. */
const trees = new WeakSet<object>()

const none: Names = Object.freeze({})

/** How many more objects and lists there may be. */
interface Budget {
  left: number
}

// Functions and no class: the optimized methods of a class are thrown away with its last instance, and each change
// would begin slowly.
const frozenList = (
  value: readonly unknown[],
  before: readonly unknown[] | undefined,
  depth: number,
  budget: Budget,
): unknown => {
  let list = before?.length === value.length ? undefined : [...value]
  for (let at = 0; at < value.length; at += 1) {
    const known = before?.[at]
    const item = value[at]
    const frozen = isObject(item) ? frozenObject(item, known, depth + 1, budget) : item
    if (!list && !Object.is(frozen, known)) list = [...(before ?? []).slice(0, at), ...value.slice(at)]
    if (list) list[at] = frozen
  }
  return list ? Object.freeze(list) : before
}

const frozenRecord = (value: Names, before: Names, depth: number, budget: Budget): unknown => {
  const names = Object.keys(value)
  const old = Object.keys(before)
  let at = 0
  let made: unknown
  for (; at < old.length && names[at] === old[at]; at += 1) {
    const name = names[at] ?? ''
    const item = value[name]
    const known = before[name]
    made = isObject(item) ? frozenObject(item, known, depth + 1, budget) : item
    if (!Object.is(made, known)) break
    made = undefined
  }
  if (at === names.length && at === old.length) return before
  const record = copyOf(value, before, names.slice(0, at))
  // Of the copy: a getter that keeps what it has made may have put it beside itself meanwhile.
  for (const name of Object.keys(record).slice(at)) {
    const item = record[name]
    const known = Object.hasOwn(before, name) ? before[name] : undefined
    if (isObject(made)) put(record, name, made)
    else if (isObject(item)) put(record, name, frozenObject(item, known, depth + 1, budget))
    made = undefined
  }
  return Object.freeze(record)
}

const frozenObject = (value: Names, before: unknown, depth: number, budget: Budget): unknown => {
  budget.left -= 1
  // Circles, and what is shared so often that writing it out would have no end.
  if (depth > deepest || budget.left < 0) throw notOrdinary
  if (Array.isArray(value))
    return frozenList(value, Array.isArray(before) ? before : undefined, depth, budget)
  if (!isOrdinary(value)) throw notOrdinary
  return frozenRecord(value, isObject(before) && !Array.isArray(before) ? before : none, depth, budget)
}

/**
 * A copy of what nearly every config is that nobody can change. What is as it was in `before`, an earlier one, is
 * shared with that, and nothing is made for it: most of a config is as it was.
 *
 * @throws notOrdinary, and what a getter throws
 */
export const frozenTree = (value: unknown, before: unknown): unknown => {
  if (!isObject(value)) return value
  const tree = frozenObject(value, isObject(before) && trees.has(before) ? before : undefined, 0, {
    left: mostNodes,
  })
  if (isObject(tree)) trees.add(tree)
  return tree
}
