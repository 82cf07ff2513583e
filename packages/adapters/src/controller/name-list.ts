import { commaList } from './go-bool.js'

/** One expression, and how much work it is. */
export interface Expression {
  matches(name: string): boolean
  programSize(): number
}

/** A list of names, as an annotation has it. */
export interface NameList {
  /** As they are written. */
  readonly items: ReadonlySet<string>
  /** An item cannot be read, or there is more than is looked at: that part matches nothing. */
  readonly isWrong: boolean
  /** Whether one of the items is an expression for a whole name. */
  matches(name: string): boolean
}

// Anybody may annotate, and one controller reads for all: a list takes no more work than a long honest one. Without
// these, 20,000 expressions against five names took it 5 seconds. Names have 253 characters at most.
const longestText = 65_536
const longestItem = 256
const mostSteps = 2000

const isPlain = (item: string): boolean => /^[-a-zA-Z0-9_]*$/.test(item)

/** Reads a list; `compile` gives undefined for what is no expression. */
export const readList = (text: string, compile: (source: string) => Expression | undefined): NameList => {
  const items = new Set(text.length > longestText ? [] : commaList(text))
  let isWrong = text.length > longestText
  let steps = 0
  const expressions: Expression[] = []
  for (const item of items) {
    if (isPlain(item)) continue
    const expression = steps <= mostSteps && item.length <= longestItem ? compile(item) : undefined
    steps += expression?.programSize() ?? 0
    if (expression && steps <= mostSteps) expressions.push(expression)
    else isWrong = true
  }
  return {
    items,
    isWrong,
    matches: (name) =>
      (isPlain(name) && items.has(name)) || expressions.some((expression) => expression.matches(name)),
  }
}
