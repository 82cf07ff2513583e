import { describe, expect, it } from 'vitest'
import {
  readTried,
  stoppedBy,
  triedOf,
  withFailed,
  withVerified,
} from '../../../packages/adapters/src/kubernetes/baton-record.js'

const after = (...steps: readonly ((text: string) => string)[]): string =>
  steps.reduce((text, step) => step(text), '[]')
const verified = (digest: string, by: string) => (text: string) => withVerified(readTried(text), digest, by)
const failed = (digest: string, by: string) => (text: string) =>
  withFailed(readTried(text), digest, by, 'VERIFY_FAILED')

describe('what a Lease says of configs that were tried', () => {
  it.each([undefined, '', '{', '{}', '[1, null, {"digest": 2}]'])('takes %j for nothing', (text) => {
    expect(readTried(text)).toEqual([])
  })
  it('keeps the order in which a config was proven, each replica once', () => {
    const text = after(verified('a', 'p1'), verified('a', 'p2'), verified('a', 'p1'))
    expect(triedOf(readTried(text), 'a')).toEqual({ digest: 'a', verified: ['p2', 'p1'] })
    expect(triedOf(readTried(text), 'b')).toEqual({ digest: 'b', verified: [] })
  })
  it('stops all but the one that has failed, for that config alone', () => {
    const list = readTried(after(verified('a', 'p1'), failed('a', 'p2')))
    expect(stoppedBy(list, 'a', 'p1')).toEqual({ by: 'p2', code: 'VERIFY_FAILED' })
    expect(stoppedBy(list, 'a', 'p2')).toBeUndefined()
    expect(stoppedBy(list, 'b', 'p1')).toBeUndefined()
  })
  it('releases them when that one succeeds, and not when another does', () => {
    const before = after(failed('a', 'p2'))
    expect(stoppedBy(readTried(verified('a', 'p1')(before)), 'a', 'p3')).toBeDefined()
    expect(stoppedBy(readTried(verified('a', 'p2')(before)), 'a', 'p3')).toBeUndefined()
  })
  it('remembers a failure when a late replica comes to what is past', () => {
    const list = readTried(after(failed('b', 'p1'), verified('a', 'p2')))
    expect(stoppedBy(list, 'b', 'p2')).toBeDefined()
  })
  it('is bounded', () => {
    const digests = Array.from({ length: 20 }, (_, n) => verified(`d${n}`, 'p'))
    expect(readTried(after(...digests)).map(({ digest }) => digest)).toEqual(
      [19, 18, 17, 16, 15, 14, 13, 12].map((n) => `d${n}`),
    )
    const names = Array.from({ length: 250 }, (_, n) => verified('a', `p${n}`))
    expect(triedOf(readTried(after(...names)), 'a').verified).toHaveLength(200)
  })
})
