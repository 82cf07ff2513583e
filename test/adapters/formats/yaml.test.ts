import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { stringify } from 'yaml'
import { remedyFor } from '../../../packages/adapters/src/formats/remedies.js'
import { yaml } from '../../../packages/adapters/src/formats/yaml.js'
import { bytes, cpuMs, failureOf, nested } from './support.js'

const read = (text: string): unknown => yaml().parse(bytes(text))
const bomb = (link: (previous: string) => string): string =>
  [
    'a: &a {x: [1, 2, 3]}',
    ...'b c d e f g h i'.split(' ').map((name, at) => link('abcdefgh'[at] ?? '').replaceAll('N', name)),
  ].join('\n')

const indented = (levels: number, step: number): string =>
  Array.from({ length: levels }, (_, level) => `${' '.repeat(level * step)}a${step}:`).join('\n')

describe('yaml', () => {
  it('reads whatever is written as YAML', () => {
    const plain = fc
      .jsonValue()
      .filter((value) => value !== null && !JSON.stringify(value).includes('__proto__'))
    fc.assert(
      fc.property(plain, (value) => {
        const json = JSON.parse(JSON.stringify(value)) as unknown
        expect(read(stringify(json, { aliasDuplicateObjects: false }))).toStrictEqual(json)
      }),
    )
  })

  it('takes names as they are written', () => {
    expect(read('0x10: a\nyes: b\n~: c\n1.0: d')).toStrictEqual({
      '0x10': 'a',
      yes: 'b',
      '~': 'c',
      '1.0': 'd',
    })
  })

  it('merges with <<, own names first, earlier sources before later ones', () => {
    const text = 'a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {z: 3, <<: [*a, *b]}\nd: {"<<": 4}'
    expect(read(text)).toMatchObject({ c: { x: 1, y: 1, z: 3 }, d: { '<<': 4 } })
  })

  it.each([
    ['a: 1\nb: 2\n a: 3', 'BLOCK_AS_IMPLICIT_KEY', 2, 4],
    ['a: 1\nb: {c: 1, c: 2}', 'DUPLICATE_KEY', 2, 11],
    ['1: a\n"1": b', 'DUPLICATE_KEY', 2, 1],
    ['a:\n  __proto__: {polluted: true}', 'FORBIDDEN_KEY', 2, 3],
    ['a: 1\n---\nb: 2', 'MULTIPLE_DOCS', 2, 1],
    ['a: *nowhere', 'UNKNOWN_ALIAS', 1, 4],
    ['a: &a [*a]', 'UNKNOWN_ALIAS', 1, 8],
    ['a: !secret value', 'TAG_RESOLVE_FAILED', 1, 4],
    ['a: !!binary aGVsbG8=', 'TAG_RESOLVE_FAILED', 1, 4],
    ['? [a]\n: 1', 'NON_STRING_KEY', 1, 3],
    ['a: {<<: 1}', 'BAD_MERGE', 1, 5],
    ['a: ]', 'UNEXPECTED_TOKEN', 1, 4],
    ['a: "x', 'MISSING_CHAR', 1, 6],
    ['a: [1\nb: 2', 'BAD_INDENT', 2, 1],
    ['a: @x', 'BAD_SCALAR_START', 1, 4],
    ['a: "\\q"', 'BAD_DQ_ESCAPE', 1, 5],
  ])('tells code and place of %j', (text, code, line, column) => {
    expect(failureOf(() => read(text))).toMatchObject({ code, line, column })
  })

  it.each(['a: "x', "a: 'it's'", 'a: [1\nb: 2', 'a: @x', 'a: "\\q"', 'a: b: c', '- a\nb: c', 'a: 1\nb'])(
    'has a remedy for %j',
    (text) => {
      expect(remedyFor(failureOf(() => read(text)).code)).not.toBe(remedyFor('NONE'))
    },
  )

  it.each(['[', '{a: ', '- ', '? ', ': ', '[{a: '])('refuses a mebibyte of %j at once', (piece) => {
    const text = piece.repeat(2 ** 20 / piece.length)
    const spent = cpuMs(() => {
      expect(failureOf(() => read(text)).code).toMatch(/^(?:TOO_DEEP|UNEXPECTED_TOKEN|BAD_INDENT)$/)
    })
    expect(spent).toBeLessThan(2000)
  })

  it('refuses nesting by indentation', () => {
    const text = Array.from({ length: 150 }, (_, level) => `${'  '.repeat(level)}a:`).join('\n')
    expect(failureOf(() => read(text))).toMatchObject({ code: 'TOO_DEEP', line: 101 })
  })

  it('counts no level that has ended', () => {
    expect(read(`${indented(70, 2)} 1\n${indented(70, 4)} 1`)).toHaveProperty('a4')
  })

  it('takes brackets in texts for texts', () => {
    const text = `a: "${'['.repeat(200)}"\nb: x ${'['.repeat(200)} ]\nc: |\n  ${'[ '.repeat(200)}\nd: '${']'.repeat(9)}'`
    expect(Object.keys(read(text) as object)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('takes forty thousand keys in linear time', () => {
    const text = Array.from({ length: 40_000 }, (_, at) => `key${at}: 1`).join('\n')
    const spent = cpuMs(() => {
      expect(Object.keys(read(text) as object)).toHaveLength(40_000)
    })
    expect(spent).toBeLessThan(6000)
  })

  it('counts nesting through aliases', () => {
    expect(
      failureOf(() => read(`a: &a ${nested(60)}\nb: ${nested(60).replace('[]', '[*a]')}`)),
    ).toMatchObject({
      code: 'TOO_DEEP',
      line: 2,
    })
  })

  it('takes many keys on one level, and many aliases of one anchor', () => {
    const many = Array.from({ length: 3000 }, (_, at) => `  key${at}: *a`).join('\n')
    expect(Object.keys((read(`a: &a {x: 1}\nb:\n${many}`) as { b: object }).b)).toHaveLength(3000)
  })

  it.each([
    ['aliases', bomb((previous) => `N: &N [${Array.from({ length: 10 }, () => `*${previous}`).join(',')}]`)],
    [
      'merges',
      bomb(
        (previous) =>
          `N: &N {k: [${Array.from({ length: 10 }, () => `*${previous}`).join(',')}], <<: *${previous}}`,
      ),
    ],
  ])('refuses a bomb of %s', (_kind, text) => {
    expect(failureOf(() => read(text)).code).toBe('ALIAS_BOMB')
  })

  it('prints nothing, whatever it is given', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    for (const text of ['? [hidden]\n: 1', 'a: !hidden b', '%YAML 9.9\n---\na: 1', '%HIDDEN\n---\na: 1'])
      expect(failureOf(() => read(text)).message).not.toMatch(/hidden/i)
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })

  it('lets an empty text say nothing', () => {
    expect(read('# only a comment\n')).toBeUndefined()
  })
})
