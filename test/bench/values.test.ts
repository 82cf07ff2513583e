import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { documentOf } from '../../bench/src/document.js'
import { firstKey, keyNames, swapOf, valueOf } from '../../bench/src/values.js'

it('says which swap a value belongs to', () => {
  expect(valueOf(17, 1024)).toHaveLength(1024)
  expect(swapOf(valueOf(17, 1024))).toBe(17)
  expect(swapOf(Buffer.from(valueOf(17, 1024)))).toBe(17)
  expect(parse(valueOf(17, 64))).toMatchObject({ n: 17 })
})
it('has no swap for less than a whole value', () => {
  expect([undefined, '', valueOf(17, 1024).slice(0, 512), 'x'].map(swapOf)).toEqual([NaN, NaN, NaN, NaN])
})
it('names the first key so that everyone finds it', () => {
  expect(keyNames(3)).toEqual([firstKey, 'key-1.yaml', 'key-2.yaml'])
})
it.each(['json', 'yaml'] as const)('makes %s documents of about the size that is asked for', (format) => {
  for (const bytes of [10_000, 100_000]) {
    const text = documentOf(format, bytes, 3)
    expect(Math.abs(text.length - bytes)).toBeLessThan(bytes / 20)
    expect(parse(text)).toMatchObject({ generation: 3 })
  }
  expect(documentOf(format, 10_000, 3)).not.toBe(documentOf(format, 10_000, 4))
})
