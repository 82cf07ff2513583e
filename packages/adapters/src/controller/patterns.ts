import { UsageError } from '@hotmount/core'
import { type Expression, type NameList, readList } from './name-list.js'

/** Whether a whole name fits a pattern; undefined when the pattern itself cannot be read. */
export type Matches = (pattern: string, name: string) => boolean | undefined

/** Patterns that take time in proportion to the name, whatever the author of an annotation writes. */
export interface Patterns {
  /** A list of Go's regular expressions. */
  readonly list: (text: string) => NameList
  /** `*` for any characters, `?` for one, nothing else. */
  readonly glob: Matches
}

/** Annotations of a cluster hold few different patterns; more than this many and the oldest are forgotten. */
const mostKept = 2000
/** Of lists: letters in all. */
const mostLetters = 16_777_216

/**
 * Opens the engine of Go's own expressions, RE2, so that lists written for Reloader mean what they meant.
 * JavaScript's engine is no choice: `(a+)+b` against 26 letters takes it 5 seconds, and anyone may annotate.
 * docs/adr/0012-controller.md
 *
 * @throws UsageError BAD_OPTION when the package `re2js` is not installed
 */
export const openPatterns = async (): Promise<Patterns> => {
  const { RE2JS } = await import('re2js').catch((error: unknown) => {
    throw new UsageError(
      'BAD_OPTION',
      'the package re2js, which reads the lists of names, is not installed',
      {
        hint: 'npm install re2js',
        origin: error,
      },
    )
  })
  const compiled = new Map<string, Expression | undefined>()
  const compile = (source: string): Expression | undefined => {
    if (compiled.has(source)) return compiled.get(source)
    const oldest = compiled.size >= mostKept ? compiled.keys().next().value : undefined
    if (oldest !== undefined) compiled.delete(oldest)
    let expression: Expression | undefined
    try {
      expression = RE2JS.compile(source)
    } catch {
      expression = undefined
    }
    compiled.set(source, expression)
    return expression
  }
  const lists = new Map<string, NameList>()
  let letters = 0
  const list = (text: string): NameList => {
    const known = lists.get(text)
    if (known) return known
    const made = readList(text, compile)
    lists.set(text, made)
    letters += text.length
    for (const oldest of lists.keys()) {
      if (lists.size <= mostKept && letters <= mostLetters) break
      lists.delete(oldest)
      letters -= oldest.length
    }
    return made
  }
  const globSource = (glob: string): string =>
    glob
      .split(/([*?])/)
      .map((part) => (part === '*' ? '.*' : part === '?' ? '.' : RE2JS.quote(part)))
      .join('')
  return {
    // `matches` is about the whole name, alternatives and all.
    list,
    glob: (pattern, name) =>
      /[*?]/.test(pattern) ? compile(globSource(pattern))?.matches(name) : pattern === name,
  }
}
