import type { Stored } from './kinds.js'
import { badRequest } from './refusals.js'

export type Matches = (object: Stored) => boolean

const requirement = (text: string): ((labels: Readonly<Record<string, string>>) => boolean) => {
  const set = /^\s*([\w./-]+)\s+(in|notin)\s+\(([^)]*)\)\s*$/.exec(text)
  if (set) {
    const [, name = '', how, list = ''] = set
    const values = new Set(list.split(',').map((value) => value.trim()))
    return (labels) => values.has(labels[name] ?? '\0') === (how === 'in')
  }
  const equal = /^\s*([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)\s*$/.exec(text)
  if (equal) {
    const [, name = '', how, value] = equal
    return (labels) => (labels[name] === value) !== (how === '!=')
  }
  const exists = /^\s*(!?)\s*([\w./-]+)\s*$/.exec(text)
  if (!exists) throw badRequest(`unable to parse requirement: ${text}`)
  const [, not, name = ''] = exists
  return (labels) => Object.hasOwn(labels, name) !== (not === '!')
}

/** A label selector. @throws Refusal 400 */
export const labelMatches = (selector: string): Matches => {
  if (selector === '') return () => true
  // A comma inside of parentheses belongs to a set.
  const all = selector.split(/,(?![^(]*\))/).map(requirement)
  return ({ metadata }) => all.every((one) => one(metadata.labels ?? {}))
}

const fieldOf = (object: Stored, path: string): string => {
  let at: unknown = object
  for (const part of path.split('.')) at = (at as Record<string, unknown> | undefined)?.[part]
  return typeof at === 'string' ? at : ''
}

/** Of each type, besides its name and namespace. */
const fields: Readonly<Record<string, readonly string[]>> = {
  pods: ['spec.nodeName', 'spec.restartPolicy', 'status.phase', 'status.podIP'],
  secrets: ['type'],
  events: [
    'involvedObject.kind',
    'involvedObject.name',
    'involvedObject.namespace',
    'involvedObject.uid',
    'reason',
    'type',
  ],
  replicasets: ['status.replicas'],
}

/** A field selector: equality of texts, of the few fields that a type can be asked for. @throws Refusal 400 */
export const fieldMatches = (selector: string, plural: string): Matches => {
  if (selector === '') return () => true
  const all = selector.split(',').map((text) => {
    const [, path = '', how, value] = /^([\w.]+)(==|=|!=)(.*)$/.exec(text) ?? []
    if (path === '') throw badRequest(`invalid field selector: ${text}`)
    if (!['metadata.name', 'metadata.namespace', ...(fields[plural] ?? [])].includes(path))
      throw badRequest(`field label not supported: ${path}`)
    return (object: Stored) => (fieldOf(object, path) === value) !== (how === '!=')
  })
  return (object) => all.every((one) => one(object))
}

/** The one name that a field selector asks for: RBAC rules with names allow such a list. */
export const nameIn = (selector: string): string | undefined =>
  /(?:^|,)metadata\.name==?([^,]+)/.exec(selector)?.[1]
