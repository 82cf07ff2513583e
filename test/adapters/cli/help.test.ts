import { readFileSync, writeFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { actingArgs, actingPlan } from '../../../packages/adapters/src/cli/act.js'
import { readArgs } from '../../../packages/adapters/src/cli/args.js'
import { allPages } from '../../../packages/adapters/src/cli/commands.js'
import { flagsOf, height, type Page, width } from '../../../packages/adapters/src/cli/help.js'
import { running } from '../../../packages/adapters/src/cli/run.js'
import { sitting } from '../../../packages/adapters/src/cli/sidecar.js'
import { splitWords } from '../../../packages/adapters/src/cli/words.js'
import { withTables } from './page-table.js'
import { bin, finish } from './support.js'

const pages: readonly Page[] = await allPages()
const acting = { run: running, sidecar: sitting } as const
const isActing = (name: string): name is keyof typeof acting => Object.hasOwn(acting, name)
const guideFile = new URL('../../../docs/commands.md', import.meta.url)

describe.each(pages.map((page) => [page.name, page] as const))('the help of %s', (name, page) => {
  it('is the same in all three ways, and on stdout', async () => {
    const asked = await Promise.all([
      finish(['help', name]),
      finish([name, '--help']),
      finish([name, '--nonsense', '-h', '--', 'x']),
    ])
    expect(new Set(asked.map(({ out }) => out)).size).toBe(1)
    expect(asked[0]).toMatchObject({ code: 0, err: '' })
    expect(asked[0].out).toContain(`hotmount ${name}: ${page.summary}`)
  })
  it(`fits a screen of ${width} columns and ${height} lines, with an example, and no colours where nobody looks`, async () => {
    const { out } = await finish(['help', name])
    expect(out.split('\n').filter((line) => line.length > width)).toEqual([])
    expect(out.trimEnd().split('\n').length).toBeLessThanOrEqual(height)
    expect(out).toContain(`  hotmount ${name}`)
    expect(out).toMatch(/^Example$/m)
    expect(stripVTControlCharacters(out)).toBe(out)
  })
  it('tells all of it when asked, in as many columns', async () => {
    const [whole, same] = await Promise.all([
      finish(['help', name, '--all']),
      finish([name, '--help', '--all']),
    ])
    expect(whole.out).toBe(same.out)
    expect(whole.out.split('\n').filter((line) => line.length > width)).toEqual([])
    for (const flag of Object.keys(flagsOf(page)))
      expect(whole.out).toMatch(new RegExp(`^  --${flag}\\b`, 'm'))
    for (const [code] of page.exits)
      expect(whole.out).toMatch(new RegExp(`^  ${code} `.replace('+', '[+]'), 'm'))
  })
  it('has three examples or more, which the command understands', async () => {
    expect(page.examples.length).toBeGreaterThanOrEqual(3)
    for (const [, example] of page.examples) {
      const [own = ''] = example.replaceAll('\\\n', ' ').split(/ (?:&&|\|) /)
      const [program, command, ...argv] = splitWords(own, 'example')
      expect([program, command]).toEqual(['hotmount', name])
      if (isActing(name)) await actingPlan(actingArgs(argv, acting[name], {}), acting[name])
      else readArgs(argv, flagsOf(page))
    }
  })
})

describe('docs/commands.md', () => {
  it('tells the same of each command as its help; UPDATE_DOCS=1 brings it up to date', () => {
    const guide = readFileSync(guideFile, 'utf8')
    const wanted = withTables(guide, pages)
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(guideFile, wanted)
    expect(readFileSync(guideFile, 'utf8')).toBe(wanted)
    for (const { name } of pages) expect(guide).toMatch(new RegExp(`^## hotmount ${name}$`, 'm'))
  })
})

describe('hotmount', () => {
  it.each(['--help', '-h', 'help', 'help help', 'help --help', 'help -h'])(
    '%s lists every command',
    async (words) => {
      const { code, out } = await finish(words.split(' '))
      expect(code).toBe(0)
      expect(out.split('\n').filter((line) => line.length > width)).toEqual([])
      expect(out.trimEnd().split('\n').length).toBeLessThanOrEqual(height)
      for (const { name, summary } of pages) expect(out).toMatch(new RegExp(`^ {2}${name} +${summary}$`, 'm'))
    },
  )
  it('tells its version', async () => {
    const manifest: unknown = JSON.parse(
      readFileSync(new URL('../../../packages/adapters/package.json', import.meta.url), 'utf8'),
    )
    const { out } = await finish(['--version'])
    expect(manifest).toMatchObject({ version: out.trim(), bin: { hotmount: './dist/bin/hotmount.cjs' } })
    expect(readFileSync(bin, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })
  it('is colourful on a terminal, unless NO_COLOR is set', async () => {
    const [plain, colourful, subdued] = await Promise.all([
      finish(['--help']),
      finish(['--help'], { tty: true }),
      finish(['--help'], { tty: true, env: { NO_COLOR: '1' } }),
    ])
    expect(colourful.out).not.toBe(plain.out)
    expect(stripVTControlCharacters(colourful.out)).toBe(plain.out)
    expect(subdued.out).toBe(plain.out)
  })
})
