import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { liveConfig } from '@hotmount/adapters/config'
import { frozenCopy } from '../../../packages/adapters/src/config/freeze.js'
import { opened } from './opened.js'

const schema = z.object({ left: z.looseObject({}), right: z.array(z.looseObject({})) })
const text = (value: unknown): string => JSON.stringify(value)

/** Nothing in it can be changed. */
const isFrozenThroughout = (value: unknown): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (Object.isFrozen(value) &&
    Reflect.ownKeys(value).every((name) => isFrozenThroughout(Reflect.get(value, name))))

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

  it('are found under a name although names around it moved', () => {
    const before = frozenCopy({ a: {}, b: { c: 1 } })
    expect(frozenCopy({ b: { c: 1 } }, before).b).toBe(before.b)
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
