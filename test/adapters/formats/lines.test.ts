import { createRequire } from 'node:module'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parserFor } from '../../../packages/adapters/src/formats/by-extension.js'
import { dotenv } from '../../../packages/adapters/src/formats/dotenv.js'
import { ParseFailure } from '../../../packages/adapters/src/formats/parser.js'
import { properties } from '../../../packages/adapters/src/formats/properties.js'
import { decode } from '../../../packages/adapters/src/formats/text.js'
import { bytes, cpuMs, failureOf } from './support.js'

// The library is a dependency of the adapters, not of the tests.
const { parse } = createRequire(new URL('../../../packages/adapters/package.json', import.meta.url))(
  'dotenv',
) as { readonly parse: (text: string) => unknown }

const readDotenv = (text: string): unknown => dotenv().parse(bytes(text))
const readProperties = (text: string): unknown => properties().parse(bytes(text))

describe('dotenv', () => {
  it('reads exports, quotes, comments, and values over several lines', () => {
    const text = `# all\n\nexport A=1\nB = 'it # is' # why\nC="x\ny\\nz"\nD: d\nE=\nF="say \\"hi\\""\r\nG=g`
    expect(readDotenv(text)).toStrictEqual({
      A: '1',
      B: 'it # is',
      C: 'x\ny\nz',
      D: 'd',
      E: '',
      F: String.raw`say \"hi\"`,
      G: 'g',
    })
  })
  it('ends a value of several lines at a quote that is not escaped', () => {
    expect(readDotenv('A="x \\" y\nz=1"\nB=2')).toStrictEqual({ A: 'x \\" y\nz=1', B: '2' })
  })
  it('takes the last of two equal names', () => {
    expect(readDotenv('A=1\nA=2')).toStrictEqual({ A: '2' })
  })
  it.each([
    ['A=1\nno assignment', 'NOT_AN_ASSIGNMENT', 2],
    ['A=1\nB="open\nC=3', 'UNCLOSED_QUOTE', 2],
    ['__proto__=x', 'FORBIDDEN_KEY', 1],
    ['X=1\nA="ok\nDB_URL="postgres://x"\nC=3', 'UNCLOSED_QUOTE', 2],
    ['A="C:\\dir\\"\nB="x"', 'UNCLOSED_QUOTE', 1],
    ['A="ok\nCOLOUR="#ff0000"\nC=3', 'UNCLOSED_QUOTE', 1],
    ['A="x"junk', 'TEXT_AFTER_QUOTE', 1],
    ['A="x" B="y"', 'TEXT_AFTER_QUOTE', 1],
    ['A=\'x\ny\' # why\nB="x\ny" z', 'UNCLOSED_QUOTE', 3],
  ])('tells code and line of %j', (text, code, line) => {
    expect(failureOf(() => readDotenv(text))).toMatchObject({ code, line })
  })
  it('reads as the library does, or refuses: no line is lost without a word', () => {
    const part = fc.constantFrom('A=', 'B=', 'export C=', 'x', 'y', '"', "'", '`', '\\', '#', ' ', '\n')
    let taken = 0
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const text = parts.join('')
        let own: unknown
        try {
          own = readDotenv(text)
        } catch (thrown) {
          if (thrown instanceof ParseFailure) return
          throw thrown
        }
        taken += 1
        expect(own).toEqual(parse(text))
      }),
      { numRuns: 5000 },
    )
    expect(taken).toBeGreaterThan(500)
  })
  it('is quick on a mebibyte of blank lines', () => {
    const spent = cpuMs(() => {
      expect(readDotenv(`${'\n'.repeat(2 ** 20)}A=1`)).toStrictEqual({ A: '1' })
    })
    expect(spent).toBeLessThan(3000)
  })
})

describe('properties', () => {
  it('reads the block of a ConfigMap key', () => {
    expect(readProperties('image.public.key=771\nrsa.public.key=42\n')).toStrictEqual({
      'image.public.key': '771',
      'rsa.public.key': '42',
    })
  })
  it('reads separators, comments, escapes and continued lines', () => {
    const text = [
      '# comment \\',
      '! another',
      'a = 1',
      'b:2',
      'c 3',
      'd',
      '  e\\ f\\:g = h\\tj \\u00e9',
      'fruits apple, \\',
      '    banana\\',
      '',
      'path=c:\\\\dir\\\\',
      'last=\\',
    ].join('\r\n')
    expect(readProperties(text)).toStrictEqual({
      a: '1',
      b: '2',
      c: '3',
      d: '',
      'e f:g': 'h\tj é',
      fruits: 'apple, banana',
      path: 'c:\\dir\\',
      last: '',
    })
  })
  it.each([
    ['a=1\na=2', 'DUPLICATE_KEY', 2],
    ['a=1\n\nb=\\\n \\u12', 'BAD_ESCAPE', 3],
    ['__proto__=1', 'FORBIDDEN_KEY', 1],
  ])('tells code and line of %j', (text, code, line) => {
    expect(failureOf(() => readProperties(text))).toMatchObject({ code, line })
  })
  it('is quick on backslashes', () => {
    const many = '\\'.repeat(80_000)
    const spent = cpuMs(() => {
      expect(readProperties(`a=${many}x\nb=1`)).toStrictEqual({ a: `${many.slice(40_000)}x`, b: '1' })
    })
    expect(spent).toBeLessThan(1000)
  })
})

describe('decode', () => {
  it('drops a byte order mark', () => {
    expect(decode(bytes('\u{FEFF}a'))).toBe('a')
  })
  it.each([
    [[0x61, 0x0a, 0x62, 0xff, 0x63], 2, 2],
    [[0xc3, 0xa9, 0x80], 1, 2],
    [[0x61, 0xe2, 0x82], 1, 2],
    [[0xff], 1, 1],
    [[0xef, 0x41], 1, 1],
    [[0xef, 0xbf, 0xbd, 0xef, 0xbf], 1, 2],
  ])('tells the place of wrong UTF-8 in %j', (wrong, line, column) => {
    expect(failureOf(() => decode(Uint8Array.from(wrong)))).toMatchObject({ code: 'BAD_UTF8', line, column })
  })
})

describe('parserFor', () => {
  it.each([
    ['app.yaml', 'YAML'],
    ['app.YML', 'YAML'],
    ['a/b.json', 'JSON'],
    ['.env', 'dotenv'],
    ['prod.env', 'dotenv'],
    ['a.b.properties', 'properties'],
    ['app.conf', undefined],
    ['yaml', undefined],
    ['a.constructor', undefined],
  ])('reads %s as %s', (key, name) => {
    expect(parserFor(key)?.name).toBe(name)
  })
})
