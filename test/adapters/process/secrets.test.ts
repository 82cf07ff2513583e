import { expect, it } from 'vitest'
import { readSecrets } from '../../../packages/adapters/src/process/secrets.js'

it('tells what a value repeats once, as each telling is sought in the whole output', () => {
  const told: string[] = []
  const value = 'token=abcdefgh1; "hunter2 & co"\n'.repeat(500)
  readSecrets(value, {
    most: 4096,
    asksFor: () => true,
    onWord: (word) => told.push(`word ${word}`),
    onText: (text) => told.push(`text ${text}`),
  })
  expect(told).toContain('word abcdefgh1')
  expect(told).toContain('text hunter2 & co')
  expect(told.toSorted()).toEqual([...new Set(told)].toSorted())
})

it('tells a word where it is a value, although it was a name before', () => {
  const told: string[] = []
  readSecrets('swordfish=1\nkey=swordfish\n', {
    most: 4096,
    asksFor: () => true,
    onWord: (word) => told.push(word),
    onText: () => undefined,
  })
  expect(told).toContain('swordfish')
})
