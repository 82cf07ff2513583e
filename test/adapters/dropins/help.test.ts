import { readFileSync, writeFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { flagsOf, height, width } from '../../../packages/adapters/src/cli/help.js'
import { dropins } from '../../../packages/adapters/src/dropins/dropins.js'
import { withTables } from '../cli/page-table.js'
import { finish } from '../cli/support.js'

const guideFile = new URL('../../../docs/13-drop-ins.md', import.meta.url)
const pages = await Promise.all(Object.values(dropins).map(({ page }) => page()))

describe.each(pages.map((page) => [page.name, page] as const))('the help of %s', (name, page) => {
  it(`fits a screen of ${width} columns and ${height} lines, with an example`, async () => {
    const [asked, topic] = await Promise.all([finish([name, '--help']), finish(['help', name])])
    expect(asked).toEqual({ code: 0, out: topic.out, err: '' })
    expect(asked.out.split('\n').filter((line) => line.length > width)).toEqual([])
    expect(asked.out.trimEnd().split('\n').length).toBeLessThanOrEqual(height)
    expect(asked.out).toMatch(/^Example$/m)
    expect(asked.out).not.toContain('HOTMOUNT_')
    expect(stripVTControlCharacters(asked.out)).toBe(asked.out)
    expect(Object.keys(dropins)).toContain(name)
  })
  it('tells every flag and exit code when asked for all', async () => {
    const { out } = await finish([name, '--help', '--all'])
    expect(out.split('\n').filter((line) => line.length > width)).toEqual([])
    for (const flag of Object.keys(flagsOf(page))) expect(out).toMatch(new RegExp(`^  --${flag}\\b`, 'm'))
    for (const [code] of page.exits) expect(out).toMatch(new RegExp(`^  ${code} `, 'm'))
  })
})

describe('docs/13-drop-ins.md', () => {
  it('tells the same of each mode as its help; UPDATE_DOCS=1 brings it up to date', () => {
    const guide = readFileSync(guideFile, 'utf8')
    const wanted = withTables(guide, pages)
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(guideFile, wanted)
    expect(readFileSync(guideFile, 'utf8')).toBe(wanted)
  })
})
