import { describe, expect, it } from 'vitest'
import { blocks } from '../../bench/src/report/blocks.js'
import { bytes, digits, ms, percent, timesWithin } from '../../bench/src/report/figures.js'
import { closeTable, latencyTable } from '../../bench/src/report/latency-tables.js'
import { resultsPage } from '../../bench/src/report/results-page.js'
import { toMarkdown } from '../../bench/src/report/table.js'
import { sample } from './sample-results.js'

describe('a figure', () => {
  it('shows the digits that count', () => {
    expect([0.012_345, 1.2345, 12.345, 123.45, 1234.5, 0].map(digits)).toEqual([
      '0.012',
      '1.23',
      '12.3',
      '123',
      '1,235',
      '0',
    ])
    expect([ms(213.4), percent(0.000_42), bytes(58_300), bytes(3_210_000)]).toEqual([
      '0.21',
      '0.042 %',
      '58.3 KB',
      '3.21 MB',
    ])
  })
  it('is a dash where nothing was measured', () => {
    expect([
      digits(undefined),
      ms(Number.NaN),
      percent(undefined),
      bytes(undefined),
      timesWithin(undefined),
    ]).toEqual(Array.from({ length: 5 }, () => '–'))
  })
  it('tells a ratio with its spread', () => {
    expect(timesWithin({ median: 1.234, low: 1.1, high: 1.305 })).toBe('1.23 × (1.10–1.30)')
  })
})

describe('a table', () => {
  it('is Markdown with figures to the right', () => {
    expect(toMarkdown({ columns: ['', 'a'], rows: [['x', '1']] })).toBe('|  | a |\n|---|--:|\n| x | 1 |')
  })
  it('has a row for every contender, and a column for every number of keys', () => {
    const { columns, rows } = latencyTable(sample)
    expect(columns).toEqual(['', '1 key', '500 keys'])
    expect(rows.find(([name]) => name === 'chokidar, directory')).toEqual([
      'chokidar, directory',
      '2 / 6',
      '– / –',
    ])
    expect(rows).toHaveLength(10)
  })
  it('compares with the floor of the same size, load and round', () => {
    const { rows } = closeTable(sample, 'p50Us')
    expect(rows.map((row) => row.slice(0, 3))).toEqual([
      ['1 key', '1 KiB', 'quiet'],
      ['500 keys', '1 KiB', 'quiet'],
      ['1 key', '1 KiB', 'one core busy'],
    ])
    expect(rows[0]?.slice(3)).toEqual(['0.21', '0.24', '1.14 × (1.10–1.20)'])
  })
  it.each(Object.keys(blocks))('%s has as many cells in each row as it has columns', (name) => {
    const lines = (blocks[name]?.(sample) ?? '').split('\n').filter((line) => line.startsWith('|'))
    const widths = new Set(lines.map((line) => line.split('|').length))
    expect(widths.size).toBeLessThanOrEqual(1)
  })
  it('has nothing on the page that is no number', () => {
    expect(resultsPage(sample)).not.toMatch(/NaN|undefined|Infinity/)
  })
})
