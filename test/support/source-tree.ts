import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** One import or re-export of a source file. */
export interface Import {
  readonly specifier: string
  /** Gone after compilation: `import type`, `export type`, or every name marked `type`. */
  readonly typeOnly: boolean
}

/** A source file with what it imports. Paths are relative to the repository, with `/`. */
export interface Source {
  readonly file: string
  readonly text: string
  readonly lines: number
  readonly imports: readonly Import[]
}

/** The repository's root directory. */
export const root: string = path.join(import.meta.dirname, '../..')

const withoutComments = (text: string): string =>
  text.replaceAll(/^[ \t]*\/\*[\s\S]*?\*\//gm, '').replaceAll(/^[ \t]*\/\/.*$/gm, '')

const namesAreTypes = (clause: string): boolean => {
  const names = /^\{([\s\S]*)\}$/.exec(clause.trim())?.[1]?.split(',') ?? []
  const given = names.map((name) => name.trim()).filter(Boolean)
  return given.length > 0 && given.every((name) => name.startsWith('type '))
}

/** The imports of a module's text, in the order of statements, then dynamic ones. */
export const importsOf = (text: string): readonly Import[] => {
  const code = withoutComments(text)
  const statements = code.matchAll(
    /^(?:import|export)\b\s*(type\b(?!\s*,|\s+from\b))?([^;'"=]*?)\bfrom\s*['"]([^'"]+)['"]/gm,
  )
  const bare = code.matchAll(/^import\s*['"]([^'"]+)['"]/gm)
  const dynamic = code.matchAll(/(typeof\s+)?\bimport\(\s*['"]([^'"]+)['"]/g)
  return [
    ...[...statements].map(([, type, clause, specifier]) => ({
      specifier: specifier ?? '',
      typeOnly: type !== undefined || namesAreTypes(clause ?? ''),
    })),
    ...[...bare].map(([, specifier]) => ({ specifier: specifier ?? '', typeOnly: false })),
    ...[...dynamic].map(([, type, specifier]) => ({
      specifier: specifier ?? '',
      typeOnly: type !== undefined,
    })),
  ]
}

/** A source from its path and text. */
export const source = (file: string, text: string): Source => ({
  file,
  text,
  lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
  imports: importsOf(text),
})

const ignored = new Set(['node_modules', 'dist', 'coverage', '.git', '.node-matrix'])

/** Files below directories of the repository whose names match, sorted. A directory that is not there has none. */
export const filesBelow = (directories: readonly string[], name: RegExp): readonly string[] => {
  const below = (directory: string): string[] =>
    readdirSync(path.join(root, directory), { withFileTypes: true }).flatMap((entry) => {
      const file = path.posix.join(directory, entry.name)
      if (entry.isDirectory()) return ignored.has(entry.name) ? [] : below(file)
      return name.test(entry.name) ? [file] : []
    })
  return directories
    .filter((directory) => existsSync(path.join(root, directory)))
    .flatMap(below)
    .toSorted()
}

/** The sources below directories of the repository. */
export const sourcesBelow = (directories: readonly string[]): readonly Source[] =>
  filesBelow(directories, /\.(?:ts|mts|mjs|js)$/).map((file) =>
    source(file, readFileSync(path.join(root, file), 'utf8')),
  )
