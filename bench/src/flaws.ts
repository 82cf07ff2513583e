import { floor, ours } from './contenders/roster.js'
import type { Part, Results } from './results.js'

/** Paths of numbers that are none. */
const holes = (value: unknown, path: string): readonly string[] => {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path} is no number`]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => holes(inner, `${path}.${name}`))
}

/** Another contender that noticed nothing has no latency: that is a result. The two that all is about must have one. */
const isOwn = ({ contender }: { readonly contender: string }): boolean => [floor, ours].includes(contender)

/** What is wrong with the form of these parts, in words: one that is missing or empty, a figure that is no number. */
export const flawsOf = (results: Results, parts: readonly Part[]): readonly string[] => {
  const judged: Results = {
    ...results,
    ...(results.latency ? { latency: results.latency.filter(isOwn) } : {}),
    ...(results.scale ? { scale: results.scale.filter(isOwn) } : {}),
  }
  return parts
    .filter((part) => Object.keys(judged[part] ?? {}).length === 0)
    .map((part) => `${part} is missing`)
    .concat(holes(judged, 'results'))
}
