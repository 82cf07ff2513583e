import { UsageError } from '@hotmount/core'
import { ParseFailure } from '../../formats/parser.js'
import { remedyFor } from '../../formats/remedies.js'
import { type YamlDocument, yamlDocuments } from '../../formats/yaml.js'

const lineFor = (path: string, { code, line = 1, column = 1 }: ParseFailure): string =>
  `${path}:${line}:${column}: ${code}: ${remedyFor(code)}`

/** The documents of a YAML or JSON file. @throws UsageError BAD_OPTION with all syntax mistakes, by line and column */
export const documentsIn = (path: string, bytes: Uint8Array): readonly YamlDocument[] => {
  try {
    return yamlDocuments(bytes)
  } catch (thrown) {
    const all: readonly unknown[] = thrown instanceof AggregateError ? (thrown.errors as unknown[]) : [thrown]
    const failures = all.filter((one) => one instanceof ParseFailure)
    if (failures.length === 0) throw thrown
    const ordered = failures.toSorted(
      (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    )
    const lines = [...new Set(ordered.map((failure) => lineFor(path, failure)))]
    throw new UsageError('BAD_OPTION', `${path} is not valid YAML\n${lines.join('\n')}`)
  }
}
