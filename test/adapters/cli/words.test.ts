import { execFileSync } from 'node:child_process'
import { array, assert, constantFrom, pre, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quoteWords, splitWords } from '../../../packages/adapters/src/cli/words.js'

const orRefused = (read: () => string[]): string[] | 'refused' => {
  try {
    return read()
  } catch {
    return 'refused'
  }
}
const splitBySh = (text: string): string[] =>
  execFileSync('sh', ['-c', `printf '%s\\0' x ${text}`], { encoding: 'utf8', stdio: 'pipe' })
    .split('\0')
    .slice(1, -1)

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
    [String.raw`a '&&' "|" \; '>x' 'b;' --x=<y`, ['a', '&&', '|', ';', '>x', 'b;', '--x=<y']],
    ['$HOME `id` $(id) *.conf ~ a|b;c#d', ['$HOME', '`id`', '$(id)', '*.conf', '~', 'a|b;c#d']],
  ])('%j', (text, words) => {
    expect(split(text)).toEqual(words)
  })
  it.each([
    ["a 'b", "--check: the ' at character 3 is never closed"],
    ['"a\\"', '--check: the " at character 1 is never closed'],
    ['a\\', '--check: nothing follows the last backslash'],
    ['nginx -t && b', '--check: the && at character 10 is for a shell, and none runs'],
    ['a \\\n&& b', '--check: the && at character 5 is for a shell, and none runs'],
    ['a | b', '--check: the | at character 3 is for a shell'],
    [`a 'b c'; d`, '--check: the ; at character 8 is for a shell'],
    ['a b;', '--check: the ; at character 4 is for a shell'],
    ['a >/dev/null', '--check: the > at character 3 is for a shell'],
    ['a 2>&1', '--check: the 2> at character 3 is for a shell'],
    ['a &', '--check: the & at character 3 is for a shell'],
  ])('refuses %j', (text, message) => {
    expect(() => split(text)).toThrow(message)
  })
  it('splits, and refuses, as sh does', () => {
    const piece = constantFrom('a', ' ', "'", '"', '\\', 'b', '.', 'é')
    assert(
      property(array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('')
        // sh takes a backslash at the very end for itself; that is a slip of the pen rather than a wish.
        pre(!text.endsWith('\\'))
        expect(orRefused(() => split(text))).toEqual(orRefused(() => splitBySh(text)))
      }),
      { numRuns: 150 },
    )
  })
})

describe('quoteWords', () => {
  it('gives back the words', () => {
    const unit = constantFrom('a', '-', '/', '.', '$', '"', "'", '\\', ' ', '\n', '\t', ';', '*', 'é', '#')
    assert(
      property(array(string({ unit })), (words) => {
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
