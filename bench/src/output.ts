import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { filled } from './pages.js'
import { plotOf } from './plot/plot.js'
import { resultsPage } from './report/results-page.js'
import type { Results } from './results.js'

/** The root of the repository. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url))
/** Where the results of the record are. */
export const recordDirectory: string = join(root, 'bench', 'results')
/** Where those of any other run go. */
export const tryDirectory: string = join(root, 'bench', 'out')
/** Pages that show figures of the record. */
export const pages: readonly string[] = ['README.md', 'docs/17-performance.md']

/** Four digits that count are enough, and a diff of two runs can be read. */
const short = (_: string, value: unknown): unknown =>
  typeof value === 'number' && Number.isFinite(value) && !Number.isInteger(value)
    ? Number(value.toPrecision(4))
    : value

/** As it is stored. */
const toJson = (results: Results): string => `${JSON.stringify(results, short, 1)}\n`

/** Figures, tables and plot, into one directory. */
export const writeResults = (directory: string, results: Results): void => {
  mkdirSync(directory, { recursive: true })
  const stored = JSON.parse(toJson(results)) as Results
  writeFileSync(join(directory, 'results.json'), toJson(results))
  writeFileSync(join(directory, 'results.md'), resultsPage(stored))
  writeFileSync(join(directory, 'plot.svg'), plotOf(stored))
}

/** The figures of the record. */
export const readRecord = (): Results =>
  JSON.parse(readFileSync(join(recordDirectory, 'results.json'), 'utf8')) as Results

/** Writes the figures of the record into every page that shows some. */
export const fillPages = (results: Results): void => {
  for (const page of pages) {
    const path = join(root, page)
    writeFileSync(path, filled(readFileSync(path, 'utf8'), results))
  }
}
