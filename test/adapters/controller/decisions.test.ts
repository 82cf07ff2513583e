import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decide, type Verdict } from '../../../packages/adapters/src/controller/decide.js'
import { openPatterns } from '../../../packages/adapters/src/controller/patterns.js'
import { type Row, rowsOf } from './decision-table.js'

const rows = rowsOf(readFileSync(new URL('decisions.table', import.meta.url), 'utf8'))
const patterns = await openPatterns()

const said = (verdict: Verdict): string =>
  verdict.rolls ? `rolls ${verdict.by} @${verdict.container}` : `no ${verdict.because}`

describe('the decision', () => {
  const chapters = [...new Set(rows.map(({ chapter }) => chapter))]

  it('has a row for every rule', () => {
    expect(rows.length).toBeGreaterThanOrEqual(150)
    expect(new Set(rows.map(({ text }) => text)).size).toBe(rows.length)
  })
  describe.each(chapters)('%s', (chapter) => {
    it.each(rows.filter((row) => row.chapter === chapter).map((row) => [row.text, row] as const))(
      '%s',
      (_text, { subject, resource, rules, expected }: Row) => {
        expect(said(decide(subject, resource, { ...rules, patterns }))).toBe(expected)
      },
    )
  })
})
