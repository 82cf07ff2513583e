import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { json } from '../../../packages/adapters/src/formats/json.js'
import { scanJson } from '../../../packages/adapters/src/formats/json-scan.js'
import { bytes, cpuMs, failureOf, nested } from './support.js'

const read = (text: string): unknown => json().parse(bytes(text))

const codeOf = (parse: (text: string) => unknown, from: string): string => {
  try {
    parse(from)
    return 'taken'
  } catch (thrown) {
    return (thrown as { code: string }).code
  }
}

describe('json', () => {
  it('reads whatever JSON.stringify writes', () => {
    // `__proto__` is refused, which has a test of its own.
    const values = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__'))
    fc.assert(
      fc.property(values, fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent)
        expect(read(text)).toStrictEqual(JSON.parse(text))
      }),
    )
  })

  it.each([
    ['{"a":1,"\\u0061":2}', 'DUPLICATE_KEY'],
    ['[{"a:b":"::","c":{"x":1}},{"c":"\\u003a","c":":"}]', 'DUPLICATE_KEY'],
    ['{"a\\"":1,"b":"\\\\","a\\"":"\\u003a\\u003a"}', 'DUPLICATE_KEY'],
    ['{"a":{"\\u005f_proto__":{}}}', 'FORBIDDEN_KEY'],
    ['{"b":[{"__proto__":1}]}', 'FORBIDDEN_KEY'],
  ])('tells by counting that JSON.parse has lost something of %s', (text, code) => {
    expect(failureOf(() => read(text))).toMatchObject({ code, line: 1 })
  })

  it('finds every name that stands twice, as the scan of the whole text does', () => {
    // Few names, so that many stand twice; with colons, and with escapes that stand for one or look as if.
    const quoted = fc.constantFrom(
      '"a"',
      '"b:"',
      '"\\u003a"',
      '"\\u003A"',
      '":"',
      '"\\\\u003a"',
      '"\\"',
      '"\\u0061"',
      '"é:"',
      '"__proto__"',
    )
    const { text } = fc.letrec<{ text: string }>((tie) => ({
      text: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom('1', 'null', '"a"', '":"', '"::\\u003a"', '"{\\":[1,"'),
        fc.array(tie('text'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
        fc
          .array(fc.tuple(quoted, fc.constantFrom(':', ' : '), tie('text')), { maxLength: 4 })
          .map((names) => `{${names.map((parts) => parts.join('')).join(',')}}`),
      ),
    }))
    const codes = new Set<string>()
    fc.assert(
      fc.property(text, (from) => {
        const code = codeOf(scanJson, from)
        codes.add(code)
        expect([from, codeOf(read, from)]).toEqual([from, code])
      }),
      { numRuns: 2000 },
    )
    expect([...codes].toSorted()).toEqual(expect.arrayContaining(['DUPLICATE_KEY', 'FORBIDDEN_KEY', 'taken']))
  })

  it('counts no colon, bracket or quote that stands in a string', () => {
    const text = '{"a:{[":"]}:\\"","b\\\\":[":",{"c":"{"}],"é:":"日本:"}'
    expect(read(text)).toStrictEqual(JSON.parse(text))
    expect(read(`${'['.repeat(100)}"${'['.repeat(200)}"${']'.repeat(100)}`)).toBeDefined()
  })

  it('refuses exactly what JSON.parse refuses, for cut and altered texts', () => {
    const text = JSON.stringify({ a: [1, -2.5e3, true, null, 'x\\"\u00e9\n'], b: { c: '' } })
    fc.assert(
      fc.property(
        fc.nat(text.length),
        fc.nat(3),
        fc.constantFrom('', ',', '}', ']', '"', '\\', ' ', '0', '\u0001'),
        (at, cut, put) => {
          const altered = text.slice(0, at) + put + text.slice(at + cut)
          const taken = (parse: (text: string) => unknown): boolean => {
            try {
              parse(altered)
              return true
            } catch (thrown) {
              return (thrown as { code?: string }).code === 'DUPLICATE_KEY'
            }
          }
          expect([altered, taken(read)]).toEqual([altered, taken(JSON.parse)])
        },
      ),
      { numRuns: 500 },
    )
  })

  it.each([
    ['{"a": 1,\n "b": x}', 'UNEXPECTED_TOKEN', 2, 7],
    ['{"a": 1', 'UNEXPECTED_END', 1, 8],
    ['{"a" 1}', 'COLON_EXPECTED', 1, 6],
    ['{a: 1}', 'NAME_EXPECTED', 1, 2],
    ['[1,]', 'UNEXPECTED_TOKEN', 1, 4],
    ['[1] 2', 'UNEXPECTED_TOKEN', 1, 5],
    ['{"a": "open', 'BAD_STRING', 1, 12],
    ['{"a": 1,\n"\\u0061": 2}', 'DUPLICATE_KEY', 2, 1],
    ['{"a": {"__proto__": {}}}', 'FORBIDDEN_KEY', 1, 8],
  ])('tells code and place of %j', (text, code, line, column) => {
    expect(failureOf(() => read(text))).toMatchObject({ code, line, column })
  })

  it.each(['[', '{"a":', '[{"a":'])('refuses a mebibyte of %j at once', (piece) => {
    const text = piece.repeat(2 ** 20 / piece.length)
    const spent = cpuMs(() => {
      expect(failureOf(() => read(text))).toMatchObject({ code: 'TOO_DEEP', line: 1 })
    })
    expect(spent).toBeLessThan(1000)
  })

  it('takes a hundred levels and not one more', () => {
    expect(read(nested(100))).toBeInstanceOf(Array)
    expect(failureOf(() => read(nested(101)))).toMatchObject({ code: 'TOO_DEEP', column: 101 })
  })

  it('takes a string of a mebibyte', () => {
    const long = 'é'.repeat(2 ** 20)
    expect(read(JSON.stringify([long])) as string[]).toEqual([long])
  })

  it('lets an empty text say nothing', () => {
    expect(read(' \n')).toBeUndefined()
  })
})
