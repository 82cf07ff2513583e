import { describe, expect, it } from 'vitest'
import { isOwnHost, placeOf } from '../../../packages/adapters/src/observe/listen.js'

describe('listen', () => {
  it.each([
    ['9533', { host: '127.0.0.1', port: 9533, isLoopback: true }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0, isLoopback: true }],
    ['127.8.9.1:80', { host: '127.8.9.1', isLoopback: true }],
    ['localhost:9533', { host: 'localhost', isLoopback: true }],
    ['[::1]:9533', { host: '::1', isLoopback: true }],
    [':9533', { host: '', port: 9533, isLoopback: false }],
    ['0.0.0.0:9533', { host: '0.0.0.0', isLoopback: false }],
    ['[::]:9533', { host: '::', isLoopback: false }],
    ['10.1.2.3:9533', { host: '10.1.2.3', isLoopback: false }],
    ['unix:/run/hotmount.sock', { kind: 'unix', path: '/run/hotmount.sock' }],
  ])('reads %s', (text, place) => {
    expect(placeOf(text)).toMatchObject(place)
  })
  it.each([
    '',
    'localhost',
    '127.0.0.1',
    '::1:9533',
    '[localhost]:1',
    ':65536',
    'a b:1',
    'http://x:1',
    'unix:x',
    '-1',
  ])('refuses %j and says what to write', (text) => {
    expect(() => placeOf(text)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', hint: expect.stringContaining("':9533'") }),
    )
  })
  it('refuses a socket path that the system would cut off', () => {
    expect(() => placeOf(`unix:/${'x'.repeat(107)}`)).toThrow(/107 bytes/)
  })
})

describe('the Host header on loopback', () => {
  it.each(['localhost', 'localhost:1', 'LOCALHOST:80', '127.0.0.1:9533', '[::1]:9533', '127.0.0.2'])(
    '%s is ours',
    (host) => {
      expect(isOwnHost(host)).toBe(true)
    },
  )
  it.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example:9533',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '[::2]:1',
    '127.0.0.1:9533:1',
  ])('%s is not', (host) => {
    expect(isOwnHost(host)).toBe(false)
  })
})
