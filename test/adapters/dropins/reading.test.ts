import { describe, expect, it } from 'vitest'
import { parseAddress, showAddress } from '../../../packages/adapters/src/dropins/address.js'
import { goSyntax, kingpinSyntax, readFlags } from '../../../packages/adapters/src/dropins/flags.js'
import { sourcesOf } from '../../../packages/adapters/src/dropins/mounts.js'
import { goDurationMs } from '../../../packages/adapters/src/dropins/go-duration.js'

describe('a length of time as Go writes it', () => {
  it.each<[text: string, ms: number]>([
    ['0', 0],
    ['0s', 0],
    ['5s', 5000],
    ['1m30s', 90_000],
    ['3m0s', 180_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['250ms', 250],
    ['1h2m3.5s', 3_723_500],
    ['2000us', 2],
    ['2000µs', 2],
    ['1000000ns', 1],
    ['+1s', 1000],
  ])('%s is %d ms', (text, ms) => expect(goDurationMs(text, '--x')).toBeCloseTo(ms, 6))
  it.each(['', '5', '-5s', '5 s', 's', '1d', '1s2', '1e3s', '999h999h999h', '--1s'])('%j is none', (text) =>
    expect(() => goDurationMs(text, '--watch-interval')).toThrow(
      /^--watch-interval: .* is not a length of time$/,
    ),
  )
})

const flags = {
  one: { value: 'X', help: 'a value' },
  many: { value: 'X', many: true, help: 'values' },
  on: { help: 'a switch' },
} as const

describe('a command line of Go', () => {
  it('has one dash or two, and the value behind = or a blank', () => {
    const given = readFlags(['-one', '-x', '--many=a', '-many', 'b=c', '-on'], flags, goSyntax)
    expect([given.one('one'), given.all('many'), given.has('on')]).toEqual(['-x', ['a', 'b=c'], true])
  })
  it('takes the last of several values, and empty ones', () => {
    const given = readFlags(['-one=a', '-one=', '-on=false'], flags, goSyntax)
    expect([given.one('one'), given.has('one'), given.has('on')]).toEqual(['', true, false])
  })
  it('ends at the first word, and at --', () => {
    expect(readFlags(['-on', 'word', '-nonsense'], flags, goSyntax).ignored).toBe(2)
    expect(readFlags(['-on', '--', '-nonsense'], flags, goSyntax).ignored).toBe(1)
    expect(readFlags(['-on', '-', '-nonsense'], flags, goSyntax).ignored).toBe(2)
  })
  it.each<[string[], RegExp]>([
    [['-mane'], /^there is no flag -mane; did you mean -many\?$/],
    [['-one'], /^-one needs a value: -one X$/],
    [['-on=perhaps'], /^-on is a switch/],
    [['-no-on'], /^there is no flag -no-on/],
    [['-toString'], /^there is no flag -toString/],
  ])('refuses %j', (argv, message) => expect(() => readFlags(argv, flags, goSyntax)).toThrow(message))
})

describe('a command line of kingpin', () => {
  it('has two dashes, and --no- for switches', () => {
    const given = readFlags(['--one', 'x', '--many=a', '--many', 'b', '--no-on'], flags, kingpinSyntax)
    expect([given.one('one'), given.all('many'), given.has('on')]).toEqual(['x', ['a', 'b'], false])
  })
  it.each<[string[], RegExp]>([
    [['-one=x'], /^a word that belongs to no flag: number 1$/],
    [['--on', 'word'], /^a word that belongs to no flag: number 2$/],
    [['--one=a', '--one=b'], /^--one is given twice$/],
    [['--one', '--on'], /^--one needs a value/],
    [['--no-one', 'x'], /^--no-one needs a value/],
    [['--no-two'], /^there is no flag --no-two/],
  ])('refuses %j', (argv, message) => expect(() => readFlags(argv, flags, kingpinSyntax)).toThrow(message))
})

describe('an address', () => {
  it.each<[text: string, host: string | undefined, port: number]>([
    [':9533', undefined, 9533],
    ['127.0.0.1:0', '127.0.0.1', 0],
    ['[::1]:8080', '::1', 8080],
    ['[::]:8080', '::', 8080],
    ['localhost:80', 'localhost', 80],
  ])('%s', (text, host, port) => {
    expect(parseAddress(text, '--x')).toEqual({ host, port })
    expect(showAddress({ host, port })).toBe(text)
  })
  it.each(['', '9533', 'a', ':99999', '::1:80', 'a:b', '[::1]', 'http://a:1'])('%j is none', (text) =>
    expect(() => parseAddress(text, '-web.listen-address')).toThrow(/^-web\.listen-address: /),
  )
})

describe('directories', () => {
  it('are called by their last part, with a number where that is taken', () => {
    const names = sourcesOf(['/a/x', '/b/x', '/c/x-2', '/', '/config/'], ['config']).map(({ name }) => name)
    expect(names).toEqual(['x', 'x-2', 'x-2-2', 'root', 'config-2'])
  })
})
