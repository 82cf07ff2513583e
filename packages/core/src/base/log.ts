import { debuglog } from 'node:util'

const log = debuglog('hotmount')

/**
 * Prints every ring and decision under NODE_DEBUG=hotmount. Pass names and counts, never a value. Undefined otherwise, and
 * called as `debug?.(…)`: what it would be told is then not worked out either.
 */
export const debug: ((message: string, ...names: readonly unknown[]) => void) | undefined = log.enabled
  ? log
  : undefined
