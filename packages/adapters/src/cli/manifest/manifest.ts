import { UsageError } from '@hotmount/core'
import type { YamlDocument } from '../../formats/yaml.js'
import { didYouMean } from '../nearest.js'
import { keysOf, type Complain } from './keys.js'
import type { Keys } from './projected.js'

/** A ConfigMap or Secret in a manifest. */
interface Volume {
  readonly label: string
  readonly name: string
  readonly object: Readonly<Record<string, unknown>>
  readonly document: YamlDocument
  readonly path: readonly (string | number)[]
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const nameOf = (object: Readonly<Record<string, unknown>>): string => {
  const { metadata } = object
  return isRecord(metadata) && typeof metadata['name'] === 'string' ? metadata['name'] : ''
}

/** All ConfigMaps and Secrets in a value: itself, or the items of a list. */
const volumesIn = (
  value: unknown,
  document: YamlDocument,
  path: readonly (string | number)[],
): readonly Volume[] => {
  if (!isRecord(value)) return []
  const { kind, items } = value
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items))
    return items.flatMap((item: unknown, at) => volumesIn(item, document, [...path, 'items', at]))
  if (kind !== 'ConfigMap' && kind !== 'Secret') return []
  const name = nameOf(value)
  return [{ label: `${kind.toLowerCase()}/${name}`, name, object: value, document, path }]
}

const refuse = (file: string, what: string, hint: string): UsageError =>
  new UsageError('BAD_OPTION', `${file} ${what}`, { hint })

const chosen = (file: string, volumes: readonly Volume[], wanted: string | undefined): Volume => {
  const labels = volumes.map(({ label }) => label)
  if (wanted === undefined) {
    const [only] = volumes
    if (!only)
      throw refuse(file, 'holds no ConfigMap and no Secret', 'its kind must be ConfigMap, Secret or List')
    if (volumes.length === 1) return only
    throw refuse(file, `holds ${volumes.length} of them`, `choose one with --name: ${labels.join(', ')}`)
  }
  const found = volumes.filter(({ name, label }) => name === wanted || label === wanted.toLowerCase())
  const [only, other] = found
  if (!only) {
    const meant = didYouMean(
      wanted,
      volumes.map(({ name }) => name),
    )
    throw refuse(
      file,
      `holds no ${JSON.stringify(wanted)}${meant}`,
      `there are: ${labels.join(', ') || 'none'}`,
    )
  }
  if (!other) return only
  throw refuse(
    file,
    `holds ${found.length} called ${wanted}`,
    `choose one with --name: ${found.map(({ label }) => label).join(', ')}`,
  )
}

/**
 * The keys of one ConfigMap or Secret out of a manifest.
 *
 * @throws UsageError BAD_OPTION with file, line and column; never a value
 */
export const keysOfManifest = (
  file: string,
  documents: readonly YamlDocument[],
  name: string | undefined,
): Keys => {
  const volume = chosen(
    file,
    documents.flatMap((document) => volumesIn(document.value, document, [])),
    name,
  )
  const lines: string[] = []
  const complain: Complain = (path, message, isName) => {
    const { line, column } = volume.document.at([...volume.path, ...path], isName)
    lines.push(`${file}:${line}:${column} ${path.join('.')}: ${message}`)
  }
  const keys = keysOf(volume.object, complain)
  if (lines.length === 0) return keys
  throw new UsageError(
    'BAD_OPTION',
    `${volume.label} would be refused by the API server\n${lines.join('\n')}`,
  )
}
