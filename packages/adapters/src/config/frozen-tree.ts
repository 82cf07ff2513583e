import { deepest, mostNodes } from '../formats/text.js'

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
const isOrdinary = (value: object): boolean => Object.getPrototypeOf(value) === Object.prototype

/** Thrown by {@link FrozenTree} where a value is more than a small tree of ordinary objects and lists. */
export const notOrdinary: Error = new Error('not a small tree of ordinary objects and lists')

/** Copies what nearly every config is so that nobody can change it. What is as it was before is shared with that. */
export class FrozenTree {
  #left = mostNodes

  #list(value: readonly unknown[], before: readonly unknown[] | undefined, depth: number): unknown {
    const list = [...value]
    let isSame = before?.length === list.length
    for (let at = 0; at < list.length; at += 1) {
      const [item, known] = [list[at], before?.[at]]
      const frozen = isObject(item) ? this.#object(item, known, depth + 1) : item
      if (frozen !== item) list[at] = frozen
      isSame &&= Object.is(frozen, known)
    }
    return isSame ? before : Object.freeze(list)
  }

  #record(value: object, before: object | undefined, depth: number): unknown {
    // Spreading keeps the shape, which is far faster than name by name, and asks each getter once.
    const record: Record<PropertyKey, unknown> = { ...value }
    const names = Reflect.ownKeys(record)
    const old = before === undefined ? [] : Reflect.ownKeys(before)
    let isSame = before !== undefined && old.length === names.length
    for (let at = 0; at < names.length; at += 1) {
      const name = names[at] ?? ''
      const item = record[name]
      const isThere = before !== undefined && (old[at] === name || Object.hasOwn(before, name))
      const known: unknown = isThere ? Reflect.get(before, name) : undefined
      const frozen = isObject(item) ? this.#object(item, known, depth + 1) : item
      isSame &&= old[at] === name && Object.is(frozen, known)
      if (frozen === item) continue
      // An assignment would set the prototype.
      if (name === '__proto__') throw notOrdinary
      record[name] = frozen
    }
    return isSame ? before : Object.freeze(record)
  }

  #object(value: object, before: unknown, depth: number): unknown {
    this.#left -= 1
    // Circles, and what is shared so often that writing it out would have no end.
    if (depth > deepest || this.#left < 0) throw notOrdinary
    if (Array.isArray(value)) return this.#list(value, Array.isArray(before) ? before : undefined, depth)
    if (!isOrdinary(value)) throw notOrdinary
    return this.#record(value, isObject(before) && isOrdinary(before) ? before : undefined, depth)
  }

  /** @throws notOrdinary, and what a getter throws */
  of(value: unknown, before: unknown): unknown {
    return isObject(value) ? this.#object(value, before, 0) : value
  }
}
