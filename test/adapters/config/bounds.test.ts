import { describe, expect, it } from 'vitest'
import { requireBounded } from '../../../packages/adapters/src/config/bounds.js'

const circular = (): unknown => {
  const map = new Map<string, unknown>()
  return map.set('self', map)
}
const sparse = (): unknown => {
  const list: unknown[] = []
  list.length = 2 ** 32 - 1
  return list
}

describe('requireBounded', () => {
  it('counts what is merged and copied: ordinary objects and lists', () => {
    const bytes = new Uint8Array(2 ** 21)
    expect(() =>
      requireBounded({ bytes, map: circular(), list: [null, undefined, 'x', { a: 1 }] }),
    ).not.toThrow()
  })

  it('counts places of a list that nothing stands on', () => {
    expect(() => requireBounded([{ list: sparse() }])).toThrow('ALIAS_BOMB')
  })

  it('takes a million values, and no more', () => {
    const million = Array.from({ length: 1000 }, () => Array.from({ length: 999 }, () => 0))
    expect(() => requireBounded(million)).not.toThrow()
    expect(() => requireBounded([million])).toThrow('ALIAS_BOMB')
  })
})
