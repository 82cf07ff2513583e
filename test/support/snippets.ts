import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { blocksOf } from './markdown.js'
import { root } from './source-tree.js'

/** A TypeScript module made from a page; its line numbers are those of the page. */
export interface Snippet {
  readonly page: string
  readonly line: number
  readonly code: string
}

/**
 * The ts blocks of a page as modules. Each stands alone, unless its fence says `ts continues`: then it follows
 * the block before it.
 */
export const snippetsOf = (page: string, text: string): readonly Snippet[] => {
  const snippets: Snippet[] = []
  for (const { info, line, text: code } of blocksOf(text)) {
    const [language, mark] = info.split(/\s+/)
    if (language !== 'ts' && language !== 'typescript') continue
    const before = mark === 'continues' ? (snippets.at(-1)?.code ?? '') : ''
    const padding = '\n'.repeat(Math.max(0, line - 1 - (before.match(/\n/g)?.length ?? 0)))
    snippets.push({ page, line, code: `${before}${padding}${code}\n` })
  }
  return snippets
}

const compilerOptions = {
  // As strict as a careful user's project, and no stricter: snippets show use, not our house rules.
  composite: false,
  declaration: false,
  declarationMap: false,
  isolatedDeclarations: false,
  sourceMap: false,
  inlineSources: false,
  noEmit: true,
  noPropertyAccessFromIndexSignature: false,
  noUncheckedIndexedAccess: false,
  exactOptionalPropertyTypes: false,
  customConditions: ['@hotmount/source'],
}

/** Compiles snippets against the sources; returns the errors as `page:line: message`. */
export const compileErrors = async (snippets: readonly Snippet[]): Promise<readonly string[]> => {
  // Below test/, because that workspace can resolve both packages.
  const cache = path.join(root, 'test/node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const directory = mkdtempSync(path.join(cache, 'snippets-'))
  try {
    const pages = new Map(
      snippets.map((snippet, index) => [`${index}-${path.basename(snippet.page)}.ts`, snippet]),
    )
    for (const [file, { code }] of pages) writeFileSync(path.join(directory, file), code)
    const config = {
      extends: path.join(root, 'tsconfig.base.json'),
      compilerOptions,
      files: [...pages.keys()],
    }
    writeFileSync(path.join(directory, 'tsconfig.json'), JSON.stringify(config))
    const output = await new Promise<string>((resolve) => {
      execFile(
        path.join(root, 'node_modules/.bin/tsc'),
        ['-p', directory, '--pretty', 'false'],
        (error, stdout, stderr) =>
          resolve(`${stdout}${stderr}${error && stdout === '' ? `tsc: ${error.message}` : ''}`),
      )
    })
    return output.split('\n').flatMap((line) => {
      if (/^tsc: |^error /.test(line)) return [line]
      const [, file = '', at = '', message = ''] = /^(.+?)\((\d+),\d+\): (.+)$/.exec(line) ?? []
      const snippet = pages.get(path.basename(file))
      return snippet && file.includes('snippets-') ? [`${snippet.page}:${at}: ${message}`] : []
    })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
