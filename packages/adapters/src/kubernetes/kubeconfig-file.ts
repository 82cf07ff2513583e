import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { UsageError } from '@hotmount/core'
import { yaml } from '../formats/yaml.js'
import { errnoOf } from '../process/errno.js'

type Fields = Readonly<Record<string, unknown>>

/** The entry of a kubeconfig that a name leads to, and the directory that its relative paths start from. */
export interface Entry {
  readonly fields: Fields
  readonly directory: string
}

/** What one context of a kubeconfig says. */
export interface Context {
  readonly name: string
  readonly namespace: string | undefined
  readonly cluster: Entry
  readonly user: Entry
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A field that is a text; undefined when it is not there or empty. */
export const textOf = (fields: Fields, name: string): string | undefined => {
  const value = fields[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

const bad = (message: string, hint?: string): UsageError => new UsageError('BAD_OPTION', message, { hint })

const readOne = async (file: string): Promise<Fields> => {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw bad(`kubeconfig: ${file} cannot be read (${errnoOf(error)})`, 'set KUBECONFIG, or run inside a pod')
  })
  try {
    const value = yaml().parse(bytes) ?? {}
    if (isFields(value)) return value
  } catch {
    // The reason could quote a token.
  }
  throw bad(`kubeconfig: ${file} is not the YAML of a kubeconfig`)
}

/** Entries by name; of several files, the first that names one counts. */
const entriesOf = (
  files: readonly { readonly file: string; readonly fields: Fields }[],
  list: string,
  part: string,
) => {
  const entries = new Map<string, Entry>()
  for (const { file, fields } of files) {
    const all: readonly unknown[] = Array.isArray(fields[list]) ? fields[list] : []
    for (const each of all) {
      const name = isFields(each) ? textOf(each, 'name') : undefined
      const inner = isFields(each) ? each[part] : undefined
      if (name !== undefined && !entries.has(name))
        entries.set(name, { fields: isFields(inner) ? inner : {}, directory: path.dirname(file) })
    }
  }
  return entries
}

const pick = (
  entries: ReadonlyMap<string, Entry>,
  what: string,
  name: string | undefined,
  shown: string,
): Entry => {
  const found = name === undefined ? undefined : entries.get(name)
  if (found) return found
  const names = [...entries.keys()].join(', ')
  throw bad(
    name === undefined
      ? `kubeconfig ${shown} has no current ${what}`
      : `kubeconfig ${shown} has no ${what} ${name}`,
    names === '' ? undefined : `there are: ${names}`,
  )
}

/**
 * Reads one context of one or several kubeconfig files.
 *
 * @throws UsageError BAD_OPTION
 */
export const readContext = async (paths: readonly string[], wanted: string | undefined): Promise<Context> => {
  const files = await Promise.all(paths.map(async (file) => ({ file, fields: await readOne(file) })))
  const shown = paths.join(path.delimiter)
  const current = files
    .map(({ fields }) => textOf(fields, 'current-context'))
    .find((name) => name !== undefined)
  const name = wanted ?? current
  const context = pick(entriesOf(files, 'contexts', 'context'), 'context', name, shown)
  const cluster = pick(
    entriesOf(files, 'clusters', 'cluster'),
    'cluster',
    textOf(context.fields, 'cluster'),
    shown,
  )
  const user = textOf(context.fields, 'user')
  return {
    name: name ?? '',
    namespace: textOf(context.fields, 'namespace'),
    cluster,
    user:
      user === undefined
        ? { fields: {}, directory: '' }
        : pick(entriesOf(files, 'users', 'user'), 'user', user, shown),
  }
}
