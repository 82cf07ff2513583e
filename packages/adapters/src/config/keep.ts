import { isDeepStrictEqual } from 'node:util'
import { isRecord, isUnder, own, pathText, type Path, type PathChange, valueAt } from './paths.js'

const leadsTo = (path: string, roots: readonly string[]): boolean =>
  path === '' || roots.some((root) => root.startsWith(`${path}.`))

/** Of these changes, the dotted paths at, below or above one of the `roots`; above, the root whose value changes. */
export const changedAt = (changes: readonly PathChange[], roots: readonly string[]): readonly string[] =>
  changes.flatMap(({ path, before, after }) => {
    const here = pathText(path)
    if (isUnder(here, roots)) return [here]
    return roots.filter((root) => {
      if (!leadsTo(here, [root])) return false
      const rest = root.slice(here === '' ? 0 : here.length + 1).split('.')
      return !isDeepStrictEqual(valueAt(before, rest), valueAt(after, rest))
    })
  })

/** `next` with everything at and below the dotted `roots` as it is in `running`. */
export const keepAt = (
  running: unknown,
  next: unknown,
  roots: readonly string[],
  path: Path = [],
): unknown => {
  const here = pathText(path)
  if (isUnder(here, roots)) return running
  if (!leadsTo(here, roots)) return next
  if (Array.isArray(next))
    return next.map((item: unknown, at) =>
      keepAt(Array.isArray(running) ? running[at] : undefined, item, roots, [...path, at]),
    )
  const [before, after] = [running ?? {}, next ?? {}]
  if (!isRecord(before) || !isRecord(after)) return next
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const kept = [...names].map(
    (name) => [name, keepAt(own(before, name), own(after, name), roots, [...path, name])] as const,
  )
  const there = kept.filter(([, value]) => value !== undefined)
  return there.length === 0 && !isRecord(next) ? next : Object.fromEntries(there)
}
