import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { inFlags, libraryPhrases } from '../../../packages/adapters/src/cli/speech.js'
import { root, sourcesBelow } from '../../support/source-tree.js'

const sources = sourcesBelow(['packages/core/src', 'packages/adapters/src']).filter(
  ({ file }) => !file.includes('/cli/'),
)
const library = sources
  .map(({ file }) => readFileSync(`${root}/${file}`, 'utf8').replaceAll('\\`', '`'))
  .join('\n')

describe('a hint of the library', () => {
  it.each(libraryPhrases())('is still said there: %s', (phrase) => {
    expect(library).toContain(phrase)
  })
  it.each(libraryPhrases())('names no function and no option here: %s', (phrase) => {
    const said = inFlags(phrase) ?? ''
    expect(said).not.toBe(phrase)
    expect(said.replaceAll(/hotmount\.yaml|maxBytes|readBack|statusUrl/g, '')).not.toMatch(
      /\w\(|[a-z][A-Z]|`/,
    )
  })
  it('is as it is when it speaks of neither', () => {
    expect(inFlags('set fsGroup in the pod spec')).toBe('set fsGroup in the pod spec')
    expect(inFlags(undefined)).toBeUndefined()
  })
})
