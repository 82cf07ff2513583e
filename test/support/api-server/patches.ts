import { badRequest, Refusal } from './refusals.js'
import type { Stored } from './kinds.js'

type Fields = Record<string, unknown>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const mergeWith = (
  target: unknown,
  patch: unknown,
  lists: (old: unknown[], given: unknown[]) => unknown,
): unknown => {
  if (Array.isArray(patch) && Array.isArray(target)) return lists(target, patch)
  if (!isFields(patch)) return patch
  const merged: Fields = isFields(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name]
    else merged[name] = mergeWith(merged[name], value, lists)
  }
  return merged
}

/** The key that a built-in type merges a list by: all that is needed here. */
const keyOf = (item: unknown): string | undefined =>
  isFields(item) ? ['name', 'uid', 'containerPort'].find((key) => item[key] !== undefined) : undefined

const mergeLists = (old: unknown[], given: unknown[]): unknown => {
  const key = keyOf(given[0])
  if (key === undefined) return given
  const merged = [...old]
  for (const item of given as Fields[]) {
    const { $patch: directive, ...rest } = item
    const at = merged.findIndex((one) => isFields(one) && one[key] === item[key])
    if (directive === 'delete') merged.splice(at, at < 0 ? 0 : 1)
    else if (at < 0) merged.push(rest)
    else merged[at] = mergeWith(merged[at], rest, mergeLists)
  }
  return merged
}

interface Operation {
  readonly op: string
  readonly path: string
  readonly value?: unknown
}

const jsonPatch = (object: Stored, operations: readonly Operation[]): Stored => {
  const root: Fields = { root: structuredClone(object) }
  for (const { op, path, value } of operations) {
    const parts = ['root', ...path.split('/').slice(1)].map((part) =>
      part.replaceAll('~1', '/').replaceAll('~0', '~'),
    )
    const last = parts.pop() ?? ''
    let at: unknown = root
    for (const part of parts) at = (at as Fields | undefined)?.[part]
    if (!isFields(at) && !Array.isArray(at))
      throw new Refusal(422, 'Invalid', 'the path of the patch is not there')
    const place = at as Fields
    if (op === 'test' && JSON.stringify(place[last]) !== JSON.stringify(value))
      throw new Refusal(422, 'Invalid', 'testing the value failed')
    if (op === 'remove' && Array.isArray(at)) at.splice(Number(last), 1)
    else if (op === 'remove') delete place[last]
    else if (op === 'add' && Array.isArray(at)) at.splice(last === '-' ? at.length : Number(last), 0, value)
    else if (op === 'add' || op === 'replace') place[last] = value
  }
  return root['root'] as Stored
}

/** Paths of all that a body names: what server-side apply owns. */
const leaves = (value: unknown, path = ''): readonly string[] =>
  isFields(value) && Object.keys(value).length > 0
    ? Object.entries(value).flatMap(([name, inner]) => leaves(inner, `${path}/${name.replaceAll('/', '~1')}`))
    : [path]

const at = (object: unknown, path: string): unknown =>
  path
    .split('/')
    .slice(1)
    .reduce<unknown>((inner, part) => (inner as Fields | undefined)?.[part.replaceAll('~1', '/')], object)

const identity = new Set([
  '/apiVersion',
  '/kind',
  '/metadata/name',
  '/metadata/namespace',
  '/metadata/resourceVersion',
])

const owned = (one: { fieldsV1?: unknown }): readonly string[] => (one.fieldsV1 ?? []) as readonly string[]

const apply = (object: Stored, body: Fields, manager: string, isForced: boolean): Stored => {
  const wanted = leaves(body).filter((path) => !identity.has(path))
  const before = object.metadata.managedFields ?? []
  const others = before.filter((one) => one.manager !== manager || one.operation !== 'Apply')
  const clash = wanted.filter(
    (path) =>
      others.some((one) => owned(one).includes(path)) &&
      JSON.stringify(at(object, path)) !== JSON.stringify(at(body, path)),
  )
  if (clash.length > 0 && !isForced)
    throw new Refusal(409, 'Conflict', `Apply failed with ${clash.length} conflict: ${clash.join(' ')}`)
  let next = mergeWith(object, body, (_old, given) => given) as Stored
  const mine = before.find((one) => one.manager === manager && one.operation === 'Apply')
  // What it owned and no longer names is removed, unless somebody else owns it too.
  for (const path of mine ? owned(mine) : [])
    if (!wanted.includes(path) && !others.some((one) => owned(one).includes(path)))
      next = jsonPatch(next, [{ op: 'remove', path }])
  const left = others
    .map(({ manager: who, operation, ...one }) => {
      const fieldsV1 = owned(one).filter((path) => !clash.includes(path))
      return { manager: who, operation, fieldsV1 }
    })
    .concat({ manager, operation: 'Apply', fieldsV1: wanted })
  return { ...next, metadata: { ...next.metadata, managedFields: left } }
}

/** Changes an object as a PATCH says. @throws Refusal */
export const patched = (
  object: Stored,
  type: string,
  body: unknown,
  { manager, force }: { readonly manager: string; readonly force: boolean },
): Stored => {
  const old = structuredClone(object)
  switch (type.split(';')[0] ?? '') {
    case 'application/merge-patch+json':
      return mergeWith(old, body, (_old, given) => given) as Stored
    case 'application/strategic-merge-patch+json':
      return mergeWith(old, body, mergeLists) as Stored
    case 'application/json-patch+json':
      return jsonPatch(old, body as readonly Operation[])
    case 'application/apply-patch+yaml':
      if (manager === '') throw badRequest('fieldManager is required for apply patch')
      return apply(old, body as Fields, manager, force)
    default:
      throw new Refusal(
        415,
        'UnsupportedMediaType',
        `the body of the request was in an unknown format: ${type}`,
      )
  }
}
