import { isRecord, isUnder, own, pathText, type Path } from './paths.js'

const leadsTo = (path: string, roots: readonly string[]): boolean =>
  path === '' || roots.some((root) => root.startsWith(`${path}.`))

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
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined))
}
