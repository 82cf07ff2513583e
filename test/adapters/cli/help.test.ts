import { readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type Flags, readArgs } from '../../../packages/adapters/src/cli/args.js'
import { flagNames, type Page } from '../../../packages/adapters/src/cli/help.js'
import { inspectPage } from '../../../packages/adapters/src/cli/inspect.js'
import { runPage } from '../../../packages/adapters/src/cli/run-page.js'
import { runOptions } from '../../../packages/adapters/src/cli/run-options.js'
import { watchPage } from '../../../packages/adapters/src/cli/watch.js'
import { splitWords } from '../../../packages/adapters/src/cli/words.js'
import { bin, finish } from './support.js'

const pages: readonly Page[] = [runPage, watchPage, inspectPage]
const guide = readFileSync(new URL('../../../docs/commands.md', import.meta.url), 'utf8')
const sections = new Map(
  guide.split(/^## /m).map((text) => [/^hotmount (\w+)/.exec(text)?.[1] ?? '', text] as const),
)

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
  it('fits 100 columns and has no colours where nobody looks', async () => {
    const { out } = await finish(['help', name])
    expect(out.split('\n').filter((line) => line.length > 100)).toEqual([])
    expect(stripVTControlCharacters(out)).toBe(out)
  })
  it('has three examples or more, which the command understands', () => {
    expect(page.examples.length).toBeGreaterThanOrEqual(3)
    for (const [, example] of page.examples) {
      const [own = ''] = example.replaceAll('\\\n', ' ').split(/ (?:&&|\|) /)
      const [program, command, ...argv] = splitWords(own, 'example')
      expect([program, command]).toEqual(['hotmount', name])
      const flags: Flags = Object.assign({}, ...Object.values(page.flags))
      expect(() => (name === 'run' ? runOptions(argv) : readArgs(argv, flags))).not.toThrow()
    }
  })
  it('and docs/commands.md know the same flags and exit codes', () => {
    const text = sections.get(name) ?? ''
    const flags = [...text.matchAll(/^\| `--([\w-]+)/gm)].map(([, flag]) => flag)
    expect(new Set(flags)).toEqual(new Set(flagNames(page)))
    expect(flags).toHaveLength(flagNames(page).length)
    const exits = [...text.matchAll(/^\| ([\w, +]+) \|/gm)].map(([, code = '']) => code.trim())
    for (const [code] of page.exits) expect(exits).toContain(code)
  })
})

describe('hotmount', () => {
  it.each(['--help', '-h', 'help', 'help help', 'help --help', 'help -h'])(
    '%s lists every command',
    async (words) => {
      const { code, out } = await finish(words.split(' '))
      expect(code).toBe(0)
      for (const { name, summary } of pages) expect(out).toMatch(new RegExp(`^ {2}${name} +${summary}$`, 'm'))
    },
  )
  it('tells its version', async () => {
    const manifest: unknown = JSON.parse(
      readFileSync(new URL('../../../packages/adapters/package.json', import.meta.url), 'utf8'),
    )
    const { out } = await finish(['--version'])
    expect(manifest).toMatchObject({ version: out.trim(), bin: { hotmount: './dist/cli/bin.js' } })
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
