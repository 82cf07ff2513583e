import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withEnv } from '../../../packages/adapters/src/config/env-overrides.js'
import { frozenCopy } from '../../../packages/adapters/src/config/freeze.js'
import { keepAt } from '../../../packages/adapters/src/config/keep.js'
import { merge } from '../../../packages/adapters/src/config/merge.js'
import { diffPaths, withValueAt } from '../../../packages/adapters/src/config/paths.js'

const polluted = (): unknown => ({})
const hostile = JSON.parse(
  '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}',
) as object

describe('merge', () => {
  it.each([
    [{ a: { b: 1, c: 1 } }, { a: { c: 2 } }, { a: { b: 1, c: 2 } }],
    [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
    [{ a: { b: 1 } }, { a: null }, { a: null }],
    [{ a: 1 }, { a: undefined }, { a: 1 }],
    [{ a: 1 }, undefined, { a: 1 }],
    [[1], { a: 1 }, { a: 1 }],
    ['x', { a: 1 }, { a: 1 }],
    [{ a: 1 }, 'x', 'x'],
  ])('of %j and %j is %j', (base, over, result) => {
    expect(merge(base, over)).toEqual(result)
  })

  it('shares nothing with either side', () => {
    const [base, over] = [{ a: { b: [1] } }, { c: { d: [2] } }]
    const merged = merge(base, over) as typeof base & typeof over
    merged.a.b.push(9)
    merged.c.d.push(9)
    expect([base, over]).toEqual([{ a: { b: [1] } }, { c: { d: [2] } }])
  })

  it('pollutes no prototype', () => {
    const merged = merge(merge({ a: 1 }, hostile), hostile)
    withValueAt(merged, ['__proto__', 'polluted'], 1)
    withValueAt(merged, ['constructor', 'prototype', 'polluted'], 1)
    keepAt(merged, {}, ['__proto__', 'constructor.prototype'])
    frozenCopy(merged)
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype)
    expect(polluted()).not.toHaveProperty('polluted')
  })
})

const circle = (x: number): object => {
  const one: Record<string, unknown> = { x }
  return Object.assign(one, { self: one })
}

describe('keepAt', () => {
  it.each([
    [{ a: { b: 1 } }, { a: { b: 2, c: 3 } }, { a: { b: 1, c: 3 } }],
    [{ a: { b: 1 } }, {}, { a: { b: 1 } }],
    [{ a: { b: 1 } }, { a: null }, { a: { b: 1 } }],
    [{}, { a: { b: 2 }, d: null }, { a: {}, d: null }],
    [{ list: [{ x: 1, y: 1 }] }, { list: [{ x: 2, y: 2 }, { x: 3 }] }, { list: [{ x: 1, y: 2 }, {}] }],
    [{ a: { b: 1 } }, { a: 'text' }, { a: 'text' }],
  ])('of %j in %j is %j', (running, next, kept) => {
    expect(keepAt(running, next, ['a.b', 'list.0.x', 'list.1.x'])).toStrictEqual(kept)
  })
})

describe('diffPaths', () => {
  it('names each difference', () => {
    const when = new Date(0)
    const before = { a: 1, list: [1, { x: 1 }], gone: null, when, same: { deep: [1] } }
    const after = { a: 2, list: [1, { x: 2 }, 3], come: 0, when: new Date(1), same: { deep: [1] } }
    expect(diffPaths(before, after)).toEqual([
      { path: ['a'], before: 1, after: 2 },
      { path: ['list', 1, 'x'], before: 1, after: 2 },
      { path: ['list', 2], before: undefined, after: 3 },
      { path: ['gone'], before: null, after: undefined },
      { path: ['when'], before: when, after: new Date(1) },
      { path: ['come'], before: undefined, after: 0 },
    ])
  })

  it('leads from one value to the other', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (before, after) => {
          const [one, two] = [before, after].map((value) => JSON.parse(JSON.stringify(value)) as object)
          const inLists = diffPaths(one, two).some(({ path }) =>
            path.some((part) => typeof part === 'number'),
          )
          fc.pre(!inLists)
          const walked = diffPaths(one, two).reduce<unknown>(
            (value, { path, after: to }) => withValueAt(value, path, to),
            one,
          )
          expect(walked).toEqual(two)
        },
      ),
    )
  })

  it('ends on circles', () => {
    expect(diffPaths(circle(1), circle(2))[0]).toEqual({ path: ['x'], before: 1, after: 2 })
  })
})

describe('frozenCopy', () => {
  it('copies and freezes everything plain, and leaves the original alone', () => {
    const original = {
      list: [{ a: 1 }],
      map: new Map([['k', { b: 1 }]]),
      set: new Set([1]),
      date: new Date(5),
    }
    const copy = frozenCopy(original)
    expect(copy).toEqual(original)
    original.list[0] = { a: 2 }
    original.map.set('k', { b: 2 })
    original.set.add(2)
    original.date.setTime(6)
    expect(copy).toEqual({
      list: [{ a: 1 }],
      map: new Map([['k', { b: 1 }]]),
      set: new Set([1]),
      date: new Date(5),
    })
  })

  it.each<[string, (value: ReturnType<typeof everything>) => void]>([
    [
      'a property',
      (value) => {
        value.list = []
      },
    ],
    [
      'a new property',
      (value) => {
        Object.assign(value, { more: 1 })
      },
    ],
    [
      'a list',
      (value) => {
        value.list.push({ a: 2 })
      },
    ],
    [
      'an item',
      (value) => {
        Object.assign(value.list[0] ?? {}, { a: 2 })
      },
    ],
    [
      'a map',
      (value) => {
        value.map.set('x', { b: 1 })
      },
    ],
    [
      'a value of a map',
      (value) => {
        Object.assign(value.map.get('k') ?? {}, { b: 2 })
      },
    ],
    [
      'a set',
      (value) => {
        value.set.clear()
      },
    ],
    [
      'a date',
      (value) => {
        value.date.setFullYear(1999)
      },
    ],
  ])('lets nobody change %s', (_what, change) => {
    const copy = frozenCopy(everything())
    expect(() => {
      change(copy)
    }).toThrow(TypeError)
    expect(copy).toEqual(everything())
  })

  it('keeps circles and leaves instances of other classes as they are', () => {
    const url = new URL('http://example.test')
    const one: { self?: unknown; url: URL } = { url }
    one.self = one
    const copy = frozenCopy(one)
    expect(copy.self).toBe(copy)
    expect(copy.url).toBe(url)
    expect(Object.isFrozen(url)).toBe(false)
  })
})

const everything = () => ({
  list: [{ a: 1 }],
  map: new Map([['k', { b: 1 }]]),
  set: new Set([1]),
  date: new Date(5),
})

describe('withEnv', () => {
  const config = {
    server: { port: 80, host: 'a', maxBody: '1' },
    list: [{ on: true }],
    'log-level': 'info',
    tags: ['x'],
    none: null,
  }
  it.each([
    ['APP_SERVER__PORT', '81', { server: { ...config.server, port: 81 } }],
    ['APP_SERVER__HOST', '81', { server: { ...config.server, host: '81' } }],
    ['APP_SERVER__MAX_BODY', '2', { server: { ...config.server, maxBody: '2' } }],
    ['APP_LIST__0__ON', 'false', { list: [{ on: false }] }],
    ['APP_LIST__1__ON', 'x', { list: [{ on: true }, { on: 'x' }] }],
    ['APP_LIST__4000000000', 'x', { list: { 4000000000: 'x' } }],
    ['APP_LOG_LEVEL', 'warn', { 'log-level': 'warn' }],
    ['APP_NEW__DEEP_NAME', '1', { new: { deep_name: '1' } }],
    ['APP_TAGS', '["y"]', { tags: ['y'] }],
    ['APP_NONE', 'not json', { none: 'not json' }],
    ['APP_SERVER__PORT', '{"__proto__": {}}', { server: { ...config.server, port: '{"__proto__": {}}' } }],
    ['APP_SERVER____PORT', '1', {}],
    ['APP_', '1', {}],
    ['APPLE', '1', {}],
    ['app_server__port', '1', {}],
  ])('lays %s=%s over the config', (name, value, changed) => {
    expect(withEnv(config, { [name]: value }, 'APP')).toEqual({ ...config, ...changed })
  })

  it('pollutes no prototype', () => {
    const env = {
      APP_CONSTRUCTOR__PROTOTYPE__POLLUTED: '1',
      APP_PROTO__POLLUTED: '1',
      APP___PROTO____POLLUTED: '1',
    }
    withEnv(hostile, env, 'APP_')
    expect(polluted()).not.toHaveProperty('polluted')
    expect(withEnv({}, env, 'APP_')).toEqual({
      constructor: { prototype: { polluted: '1' } },
      proto: { polluted: '1' },
    })
  })
})
