import { debuglog } from 'node:util'

const log = debuglog('hotmount')

/** Prints every ring and decision under NODE_DEBUG=hotmount. Pass names and counts, never a value. */
export const debug: (message: string, ...names: readonly unknown[]) => void = log.enabled
  ? log
  : () => undefined
