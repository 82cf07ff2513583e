import { didYouMean } from '../nearest.js'
import type { Path, Problem } from './problem.js'
import { issuesIn, type SchemaIssue, type SchemaPart } from './schema.js'

const isPart = (part: unknown): part is SchemaPart => typeof part === 'object' && part !== null

/** Without what only wraps: optional, lazy. */
const bare = (part: SchemaPart): SchemaPart => {
  if (part.wrapped) return bare(part.wrapped)
  return part.getter ? bare(part.getter(undefined)) : part
}

/** The choices of a union, and those of unions in it; a part that is none is its own only choice. */
const choicesOf = (part: SchemaPart): readonly SchemaPart[] => {
  const { type, options = [] } = bare(part)
  return type === 'union' ? options.filter(isPart).flatMap(choicesOf) : [bare(part)]
}

/** The parts below a name, whichever choice has it. */
const below = (part: SchemaPart, step: string | number): readonly SchemaPart[] =>
  choicesOf(part).flatMap((choice) => {
    const next = typeof step === 'number' ? choice.item : (choice.entries?.[step] ?? choice.value)
    return isPart(next) ? [next] : []
  })

const at = (part: SchemaPart, path: Path): readonly SchemaPart[] => {
  let parts: readonly SchemaPart[] = [part]
  for (const step of path) parts = parts.flatMap((one) => below(one, step))
  return parts
}

const namesOf = (parts: readonly SchemaPart[]): readonly string[] => [
  ...new Set(parts.flatMap(choicesOf).flatMap(({ entries = {} }) => Object.keys(entries))),
]

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`

const kinds: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  record: 'names with values',
  strict_object: 'names with values',
}

/** What may stand here, in words. */
const wordsFor = (part: SchemaPart): string => {
  const choices = choicesOf(part)
  // The first name of each: the one that tells them apart.
  const firsts = choices
    .filter(({ type }) => type === 'strict_object')
    .map(({ entries = {} }) => Object.keys(entries)[0] ?? '')
  const own = choices.map((choice) => {
    const [issue] = issuesIn(choice, Symbol.iterator)
    if (choice.type === 'picklist') return listed((choice.options ?? []).map(String))
    if (choice.type === 'literal') return String(choice.literal)
    if (choice.type === 'strict_object') return `names with values, such as ${listed(firsts)}`
    const said = issue?.message ?? ''
    return said === '' || said.startsWith('Invalid ') ? (kinds[choice.type] ?? choice.type) : said
  })
  return [...new Set(own)].join(', or ')
}

const unknownKey = (root: SchemaPart, path: Path): Problem => {
  const name = String(path.at(-1))
  const names = namesOf(at(root, path.slice(0, -1)))
  const meant = didYouMean(name, names)
  return {
    path,
    isName: true,
    message: `there is no such name${meant}`,
    hint: meant === '' ? `there are: ${names.join(', ')}` : undefined,
  }
}

const wrongKind = (part: SchemaPart, value: unknown, path: Path): Problem => {
  const { type, options = [] } = bare(part)
  const meant = type === 'picklist' && typeof value === 'string' ? didYouMean(value, options.map(String)) : ''
  const isEmpty = value === null || value === undefined
  return { path, message: `${isEmpty ? 'nothing stands here; ' : ''}expected ${wordsFor(part)}${meant}` }
}

const typeOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'array'
  return value === null ? 'null' : typeof value
}

const takes = (part: SchemaPart, value: unknown): boolean => {
  const { type } = part
  const kind = typeOf(value)
  return kind === 'object' ? type === 'strict_object' || type === 'record' : type === kind
}

/** Of several choices that take objects, the one that the value comes closest to; undefined when that is undecided. */
const closest = (choices: readonly SchemaPart[], value: unknown): SchemaPart | undefined => {
  const ranked = choices
    .map((choice) => ({ choice, count: issuesIn(choice, value).length }))
    .toSorted((a, b) => a.count - b.count)
  const [first, second] = ranked
  return first && (!second || first.count < second.count) ? first.choice : undefined
}

const inUnion = (root: SchemaPart, part: SchemaPart, value: unknown, path: Path): readonly Problem[] => {
  const fitting = choicesOf(part).filter((choice) => takes(choice, value))
  if (fitting.length === 0) return [wrongKind(part, value, path)]
  const choice = closest(fitting, value)
  if (choice) return misfits(root, choice, value, path)
  const firsts = fitting.map(({ entries = {} }) => Object.keys(entries)[0] ?? '')
  const unknown = Object.keys(isPart(value) ? value : {}).filter((name) => !namesOf(fitting).includes(name))
  return unknown.length > 0
    ? unknown.map((name) => unknownKey(root, [...path, name]))
    : [{ path, message: `expected one of ${listed(firsts)}` }]
}

const problemOf = (
  root: SchemaPart,
  part: SchemaPart,
  issue: SchemaIssue,
  path: Path,
): readonly Problem[] => {
  const inner = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
  const whole = [...path, ...inner]
  if (issue.type === 'strict_object' && issue.expected === 'never') return [unknownKey(root, whole)]
  if (issue.type === 'strict_object' && issue.received === 'undefined' && inner.length > 0)
    return [{ path: whole.slice(0, -1), message: `${String(inner.at(-1))} is missing` }]
  const [there = part] = at(part, inner)
  if (issue.type === 'union') return inUnion(root, there, issue.input, whole)
  return [wrongKind(there, issue.input, whole)]
}

/** Everything in a value that does not fit a part of the schema. */
const misfits = (root: SchemaPart, part: SchemaPart, value: unknown, path: Path): readonly Problem[] =>
  issuesIn(part, value).flatMap((issue) => problemOf(root, part, issue, path))

/** Everything in a value that does not fit the schema, with what was expected instead. */
export const misfitsIn = (root: SchemaPart, value: unknown): readonly Problem[] =>
  misfits(root, root, value, [])
