import { inspect, isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { liveConfig } from '@hotmount/adapters/config'
import { frozenCopy } from '../../../packages/adapters/src/config/freeze.js'
import { diffPaths, valueAt } from '../../../packages/adapters/src/config/paths.js'
import { opened } from './opened.js'

const schema = z.object({ left: z.looseObject({}), right: z.array(z.looseObject({})) })
const text = (value: unknown): string => JSON.stringify(value)

/** Nothing in it can be changed. */
const isFrozenThroughout = (value: unknown): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (Object.isFrozen(value) &&
    Reflect.ownKeys(value).every((name) => isFrozenThroughout(Reflect.get(value, name))))

/** A config whose part is made when it is asked for, and kept beside it. */
const lazily = (port: number): { readonly server: { readonly port: number }; kept?: object } => ({
  get server() {
    this.kept ??= { port }
    return { port }
  },
})

describe('parts of a config that did not change', () => {
  it('are the same objects as before, and all is frozen', async () => {
    const { mount, edit } = await opened({
      'app.json': text({ left: { a: { b: 1 } }, right: [{ c: 1 }, { c: { d: 2 } }] }),
    })
    const config = await liveConfig(mount, { schema, key: 'app.json' })
    const before = config.current
    await edit({ 'app.json': text({ left: { a: { b: 1 } }, right: [{ c: 9 }, { c: { d: 2 } }] }) })
    expect(config.current).toEqual({ left: { a: { b: 1 } }, right: [{ c: 9 }, { c: { d: 2 } }] })
    expect(config.current.left).toBe(before.left)
    expect(config.current.right[1]).toBe(before.right[1])
    expect(config.current.right[0]).not.toBe(before.right[0])
    expect(before.right[0]).toEqual({ c: 1 })
    expect(isFrozenThroughout(config.current)).toBe(true)
  })

  it('are not what has other names, another order or another length', () => {
    const before = frozenCopy({ a: { x: 1, y: 2 }, b: [1, 2], c: { x: undefined } })
    const after = frozenCopy({ a: { y: 2, x: 1 }, b: [1], c: {} }, before)
    expect(Object.keys(after.a)).toEqual(['y', 'x'])
    expect(after.b).toEqual([1])
    expect(Object.hasOwn(after.c, 'x')).toBe(false)
  })

  it('leave nothing unfrozen that a getter has put beside itself', () => {
    const before = frozenCopy(lazily(1))
    const after = frozenCopy(lazily(2), before)
    expect(after.server).toEqual({ port: 2 })
    expect(isFrozenThroughout(after)).toBe(true)
  })

  it('are found under a name although names around it moved', () => {
    const before = frozenCopy({ a: {}, b: { c: 1 } })
    expect(frozenCopy({ b: { c: 1 } }, before).b).toBe(before.b)
  })
})

/** A value of few names and few items, so that two of them have much in common. */
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(0, -0, 1, 'a', null, undefined, true, Number.NaN),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.constantFrom('a', 'b', '7', 'c'), tie('tree')), { maxLength: 3 })
      .map(Object.fromEntries),
  ),
}))

/** Equal, in the order of names too. */
const isSame = (one: unknown, other: unknown): boolean => {
  const [left, right] = [one, other].map((value) => inspect(value, { depth: null, compact: false }))
  return left === right
}

/** What both have under the same names. */
const pairs = function* (one: unknown, other: unknown): Generator<readonly [unknown, unknown]> {
  yield [one, other]
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return
  if (Array.isArray(one) !== Array.isArray(other)) return
  for (const name of Object.keys(one))
    if (Object.hasOwn(other, name)) yield* pairs(Reflect.get(one, name), Reflect.get(other, name))
}

const anyTwo = (check: (before: unknown, value: unknown) => void): void => {
  fc.assert(fc.property(tree, tree, check), { numRuns: 1000 })
}

describe('of any two configs, the frozen copy of the second', () => {
  it('is equal to it, frozen throughout, and shares nothing with it', () => {
    anyTwo((before, value) => {
      const copy = frozenCopy(value, frozenCopy(before))
      expect(isSame(copy, value)).toBe(true)
      expect(isFrozenThroughout(copy)).toBe(true)
      expect(Object.isFrozen(value)).toBe(typeof value !== 'object' || value === null)
    })
  })

  it('shares with that of the first all that is equal, and nothing else', () => {
    anyTwo((first, second) => {
      const before = frozenCopy(first)
      for (const [one, other] of pairs(before, frozenCopy(second, before)))
        expect(Object.is(one, other)).toBe(isSame(one, other))
    })
  })

  it('has no changed path exactly if it is equal without regard to the order of names', () => {
    anyTwo((first, second) => {
      // To a path, what is undefined is not there.
      fc.pre(!inspect([first, second], { depth: null }).includes('undefined'))
      const before = frozenCopy(first)
      const changes = diffPaths(before, frozenCopy(second, before))
      expect(changes.length === 0).toBe(isDeepStrictEqual(first, second))
      for (const { path, before: from, after } of changes)
        expect([valueAt(first, path), valueAt(second, path)]).toStrictEqual([from, after])
    })
  })
})

describe('a frozen copy', () => {
  it('asks a getter once, keeps symbols, and leaves the original alone', () => {
    const mark = Symbol('mark')
    let asked = 0
    const value = {
      get got() {
        asked += 1
        return { n: asked }
      },
      [mark]: { in: {} },
    }
    const copy = frozenCopy(value)
    expect(copy.got).toEqual({ n: 1 })
    expect(isFrozenThroughout(copy[mark])).toBe(true)
    expect(Object.isFrozen(value[mark].in)).toBe(false)
  })

  it('is frozen throughout although a getter answers otherwise each time', () => {
    let asked = 0
    const value = {
      get got() {
        asked += 1
        return asked % 2 === 1 ? 1 : { n: asked }
      },
      last: 2,
    }
    expect(isFrozenThroughout(frozenCopy(value, frozenCopy({ got: 1, last: 1 })))).toBe(true)
  })

  it('sets no prototype', () => {
    const { inner } = frozenCopy({ inner: JSON.parse('{"__proto__":{"x":1}}') as object })
    expect(Object.getPrototypeOf(inner)).toBe(Object.prototype)
    expect(Object.hasOwn(inner, '__proto__')).toBe(true)
  })

  it('ends on circles, and on what would have no end when written out', () => {
    const circle: { self?: unknown } = {}
    circle.self = circle
    expect(frozenCopy(circle).self).toBeDefined()
    let shared: unknown = {}
    for (let depth = 0; depth < 60; depth += 1) shared = { one: shared, other: shared }
    expect(Object.isFrozen((frozenCopy(shared) as { one: object }).one)).toBe(true)
  })
})
