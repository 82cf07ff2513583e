import { ParseFailure } from '../formats/parser.js'
import { deepest, mostNodes } from '../formats/text.js'
import { isRecord } from './paths.js'

const sizeOf = (value: object): number => (Array.isArray(value) ? value.length : Object.keys(value).length)

/**
 * Sees to it that whatever walks or copies a value comes to an end. A circle counts as too deep.
 *
 * @throws ParseFailure TOO_DEEP or ALIAS_BOMB, and what a getter throws
 */
export const requireBounded = (value: unknown): void => {
  let level: readonly unknown[] = [value]
  let nodes = 0
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest) throw new ParseFailure('TOO_DEEP')
    const next: unknown[] = []
    for (const one of level) {
      if (!isRecord(one) && !Array.isArray(one)) continue
      nodes += sizeOf(one)
      if (nodes > mostNodes) throw new ParseFailure('ALIAS_BOMB')
      for (const inner of Object.values<unknown>(one)) next.push(inner)
    }
    level = next
  }
}
