import { isRecord } from './paths.js'

/** A copy of bounded ordinary objects and lists that shares none of them; anything else is taken as it is. */
export const plainCopy = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    const list: unknown[] = [...(value as unknown[])]
    for (let at = 0; at < list.length; at += 1) list[at] = plainCopy(list[at])
    return list
  }
  if (!isRecord(value)) return value
  // Spreading keeps the shape, which is far faster than name by name.
  const record: Record<string, unknown> = { ...value }
  for (const name of Object.keys(record)) {
    const item = record[name]
    if (typeof item !== 'object' || item === null) continue
    // An assignment would set the prototype.
    if (name === '__proto__') Object.defineProperty(record, name, { value: plainCopy(item) })
    else record[name] = plainCopy(item)
  }
  return record
}
