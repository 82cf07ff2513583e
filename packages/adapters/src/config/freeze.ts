import { frozenTree, notOrdinary } from './frozen-tree.js'
import { isRecord } from './paths.js'

const refuse = (): never => {
  throw new TypeError('this config is frozen')
}

/** Shadows the methods that Object.freeze does not stop. Not enumerable: equality does not see them. */
const withoutMethods = <T extends object>(value: T, names: readonly string[]): T => {
  for (const name of names) Object.defineProperty(value, name, { value: refuse })
  return Object.freeze(value)
}

const dateSetters = Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith('set'))

const isPrototypeless = (value: object): boolean => Object.getPrototypeOf(value) === null
const emptyRecord = (): object => Object.setPrototypeOf({}, null)

class FrozenCopies {
  readonly #copies = new Map<object, unknown>()

  #begin<T extends object>(of: object, copy: T): T {
    this.#copies.set(of, copy)
    return copy
  }

  #copy(value: object): unknown {
    if (Array.isArray(value)) {
      const list = this.#begin<unknown[]>(value, [])
      for (const item of value as unknown[]) list.push(this.of(item))
      return Object.freeze(list)
    }
    if (isRecord(value)) {
      const record = this.#begin(value, isPrototypeless(value) ? emptyRecord() : {})
      for (const name of Reflect.ownKeys(value))
        if (Object.prototype.propertyIsEnumerable.call(value, name))
          Object.defineProperty(record, name, {
            value: this.of(Reflect.get(value, name)),
            enumerable: true,
          })
      return Object.freeze(record)
    }
    if (value instanceof Map) {
      const map = this.#begin(value, new Map<unknown, unknown>())
      for (const [key, item] of value as Map<unknown, unknown>) map.set(this.of(key), this.of(item))
      return withoutMethods(map, ['set', 'delete', 'clear'])
    }
    if (value instanceof Set) {
      const set = this.#begin(value, new Set<unknown>())
      for (const item of value as Set<unknown>) set.add(this.of(item))
      return withoutMethods(set, ['add', 'delete', 'clear'])
    }
    if (value instanceof Date) return withoutMethods(new Date(value), dateSetters)
    return value
  }

  of(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    if (this.#copies.has(value)) return this.#copies.get(value)
    const copy = this.#copy(value)
    this.#copies.set(value, copy)
    return copy
  }
}

/**
 * A copy that nobody can change: ordinary objects, lists, Map, Set and Date, all the way down. The original stays as
 * it is, since a schema may share what it returns. Instances of other classes are taken as they are. Parts that are
 * equal to those of `before`, an earlier copy, are shared with it, where all is objects and lists without symbols.
 */
export function frozenCopy<T>(value: T, before?: unknown): T
export function frozenCopy(value: unknown, before?: unknown): unknown {
  try {
    return frozenTree(value, before)
  } catch (thrown) {
    if (thrown !== notOrdinary) throw thrown
    return new FrozenCopies().of(value)
  }
}
