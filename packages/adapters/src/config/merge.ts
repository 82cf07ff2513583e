import { plainCopy } from './copy.js'
import { isRecord } from './paths.js'

/**
 * `over` laid on `base`: objects are merged name by name, everything else (lists too) is replaced as a whole;
 * `undefined` says nothing. The result shares no object or list with either.
 */
export const merge = (base: unknown, over: unknown): unknown => {
  if (over === undefined) return plainCopy(base)
  if (!isRecord(over) || !isRecord(base)) return plainCopy(over)
  const names = new Set([...Object.keys(base), ...Object.keys(over)])
  // fromEntries defines names, `__proto__` too, where an assignment would set a prototype.
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      merge(
        Object.hasOwn(base, name) ? base[name] : undefined,
        Object.hasOwn(over, name) ? over[name] : undefined,
      ),
    ]),
  )
}
