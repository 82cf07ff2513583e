import { isRecord } from './paths.js'

/**
 * `over` laid on `base`: objects are merged name by name, everything else (lists too) is replaced as a whole;
 * `undefined` says nothing. The result shares no object or list with either.
 */
export const merge = (base: unknown, over: unknown): unknown => {
  if (over === undefined) return base === undefined ? undefined : merge(undefined, base)
  if (Array.isArray(over)) return over.map((item: unknown) => merge(undefined, item))
  if (!isRecord(over)) return over
  const under = isRecord(base) ? base : {}
  const names = new Set([...Object.keys(under), ...Object.keys(over)])
  // fromEntries defines names, `__proto__` too, where an assignment would set a prototype.
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      merge(
        Object.hasOwn(under, name) ? under[name] : undefined,
        Object.hasOwn(over, name) ? over[name] : undefined,
      ),
    ]),
  )
}
