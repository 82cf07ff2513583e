import { readFile } from 'node:fs/promises'
import { UsageError } from '@hotmount/core'
import { errnoOf } from '../../process/errno.js'
import { planOf } from '../plan/plan-of.js'
import type { Config } from './config.js'
import { besides, withoutMisfits } from './pruned.js'
import { type Path, pathText, type Problem } from './problem.js'

/** A config that was read from a file, and where its parts stand there. */
export interface ConfigFile {
  readonly config: Config
  /** `hotmount.yaml:3:5 reactions[0].check`, or undefined for what is not in the file. */
  readonly place: (path: Path) => string | undefined
}

const bytesOf = async (path: string): Promise<Uint8Array> => {
  try {
    return await readFile(path)
  } catch (thrown) {
    throw new UsageError('BAD_OPTION', `--config: ${path} cannot be read (${errnoOf(thrown)})`, {
      hint: 'name a file such as hotmount.yaml',
    })
  }
}

const refusal = (path: string, lines: readonly string[], hint?: string): UsageError => {
  const count = lines.length === 1 ? '1 mistake' : `${lines.length} mistakes`
  return new UsageError('BAD_OPTION', `${count} in ${path}\n${lines.join('\n')}`, { hint })
}

const withHint = ({ message, hint }: Problem): string =>
  hint === undefined ? message : `${message} (${hint})`

/** Reads and judges a file. All mistakes are told at once. @throws UsageError BAD_OPTION */
export const readConfigFile = async (path: string): Promise<ConfigFile> => {
  const bytes = await bytesOf(path)
  const { documentsIn } = await import('./documents.js')
  const documents = documentsIn(path, bytes)
  const [document, second] = documents
  if (!document) throw refusal(path, [`${path}:1:1: it says nothing`], 'begin with mounts: and reactions:')
  if (second) {
    const { line, column } = second.at([])
    throw refusal(
      path,
      [`${path}:${line}:${column}: a second document begins here`],
      'one file is one config',
    )
  }
  const whereIs = (at: Path, isName?: boolean): string => {
    const { line, column } = document.at(at, isName)
    return `${path}:${line}:${column}${at.length === 0 ? '' : ` ${pathText(at)}`}`
  }
  const tell = (problems: readonly Problem[]): UsageError => {
    const placed = problems.map((problem) => ({ problem, at: document.at(problem.path, problem.isName) }))
    const ordered = placed.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
    return refusal(
      path,
      ordered.map(({ problem }) => `${whereIs(problem.path, problem.isName)}: ${withHint(problem)}`),
    )
  }
  const [{ misfitsIn }, { configSchema }] = await Promise.all([import('./misfits.js'), import('./schema.js')])
  const misfits = misfitsIn(configSchema, document.value)
  const config = withoutMisfits(document.value, misfits)
  const problems = config ? besides((await planOf(config)).problems, misfits) : []
  if (!config || misfits.length + problems.length > 0) throw tell([...misfits, ...problems])
  const isThere = (at: Path): boolean => {
    let value: unknown = config
    for (const step of at)
      value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined
    return value !== undefined
  }
  return { config, place: (at) => (isThere(at) ? whereIs(at) : undefined) }
}
