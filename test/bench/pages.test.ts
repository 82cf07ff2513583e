import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pages, readRecord, recordDirectory, root } from '../../bench/src/output.js'
import { filled } from '../../bench/src/pages.js'
import { plotOf } from '../../bench/src/plot/plot.js'
import { resultsPage } from '../../bench/src/report/results-page.js'
import { sample } from './sample-results.js'

const read = (path: string): string => readFileSync(path, 'utf8')

describe('a page with figures', () => {
  const page = 'before\n<!-- figures: machine -->old<!-- end of figures -->\nafter'
  it('gets them between its markers, and keeps everything else', () => {
    const once = filled(page, sample)
    expect(once).toMatch(
      /^before\n<!-- figures: machine -->Some CPU, 2 cores.*<!-- end of figures -->\nafter$/,
    )
    expect(filled(once, sample)).toBe(once)
  })
  it('gets a table in lines of its own', () => {
    expect(filled('<!-- figures: stall -->\n<!-- end of figures -->', sample)).toMatch(
      /^<!-- figures: stall -->\n\n\|.*\|\n\n<!-- end of figures -->$/s,
    )
  })
  it('cannot ask for what there is not', () => {
    expect(() => filled('<!-- figures: speed -->x<!-- end of figures -->', sample)).toThrow(
      /no figures speed/,
    )
  })
})

describe('the record', () => {
  const record = readRecord()
  it('is of one whole run', () => {
    expect(record.rounds).toBeGreaterThanOrEqual(5)
  })
  it.each(pages)('is what %s shows (else: npm run bench -- --render)', (page) => {
    const text = read(join(root, page))
    expect(text).toContain('<!-- figures: ')
    expect(text).toBe(filled(text, record))
  })
  it('is what the tables and the plot show', () => {
    expect(existsSync(recordDirectory)).toBe(true)
    expect(read(join(recordDirectory, 'results.md'))).toBe(resultsPage(record))
    expect(read(join(recordDirectory, 'plot.svg'))).toBe(plotOf(record))
  })
})
