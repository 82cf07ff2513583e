import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quoteWords, splitWords } from '../../../packages/adapters/src/cli/words.js'

const split = (text: string): string[] => splitWords(text, '--check')

describe('splitWords', () => {
  it.each([
    ['nginx -t', ['nginx', '-t']],
    ['  a\t b\n', ['a', 'b']],
    ['', []],
    [`nginx -g 'daemon off;'`, ['nginx', '-g', 'daemon off;']],
    [`a"b c"d'e f'g`, ['ab cde fg']],
    [`'' ""`, ['', '']],
    [String.raw`a\ b \'x \\`, ['a b', "'x", '\\']],
    [String.raw`"a\"b" "c\d" '\'`, ['a"b', String.raw`c\d`, '\\']],
    ['a\\\nb "c\\\nd" \\\n', ['ab', 'cd']],
    ['$HOME `id` $(id) *.conf ~ a|b;c#d', ['$HOME', '`id`', '$(id)', '*.conf', '~', 'a|b;c#d']],
  ])('%j', (text, words) => {
    expect(split(text)).toEqual(words)
  })
  it.each([
    ["a 'b", "--check: the ' at character 3 is never closed"],
    ['"a\\"', '--check: the " at character 1 is never closed'],
    ['a\\', '--check: nothing follows the last backslash'],
  ])('refuses %j', (text, message) => {
    expect(() => split(text)).toThrow(message)
  })
  it('splits as sh does', () => {
    const piece = fc.constantFrom('a', ' ', "'", '"', '\\', 'b', '\n', '.', 'é')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('')
        let ours: string[] | undefined
        try {
          ours = split(text)
        } catch {
          return
        }
        // A bare newline ends a command in a shell; to us it is a blank.
        const command = `printf '%s\\0' x ${text.replaceAll(/(?<!\\)\n/g, ' ')}`
        fc.pre(!text.includes('\n') || !/['"]/.test(text))
        const shown = execFileSync('sh', ['-c', command], { encoding: 'utf8' })
        expect(ours).toEqual(shown.split('\0').slice(1, -1))
      }),
      { numRuns: 150 },
    )
  })
})

describe('quoteWords', () => {
  it('gives back the words', () => {
    const word = fc.string({ unit: fc.constantFrom(...`a-/.$"'\\ \n\t;*é#`) })
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(split(quoteWords(words))).toEqual(words)
      }),
    )
  })
  it('leaves ordinary words alone', () => {
    expect(quoteWords(['nginx', '-c', '/etc/nginx.conf', 'daemon off;', "it's", ''])).toBe(
      String.raw`nginx -c /etc/nginx.conf 'daemon off;' 'it'\''s' ''`,
    )
  })
})
