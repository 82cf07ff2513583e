import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { anchorsOf, blocksOf, linksOf } from './support/markdown.js'
import { declarationOf, publicNamesOf } from './support/public-names.js'
import { compileErrors, snippetsOf } from './support/snippets.js'
import { filesBelow, root } from './support/source-tree.js'

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const topPages = [
  'README.md',
  'CONTRIBUTING.md',
  'packages/core/README.md',
  'packages/adapters/README.md',
].filter((page) => existsSync(path.join(root, page)))
const folders = ['docs', 'examples', 'bench/results', 'packages/core', 'packages/adapters', '.changeset']
const pages = [...topPages, ...filesBelow(folders, /\.md$/)]

const broken = (page: string, link: string): boolean => {
  if (/^[a-z][a-z+.-]*:/i.test(link)) return false
  const [target = '', anchor] = link.split('#')
  const file = target === '' ? page : path.posix.join(path.posix.dirname(page), decodeURI(target))
  if (!existsSync(path.join(root, file))) return true
  return anchor !== undefined && file.endsWith('.md') && !anchorsOf(read(file)).has(anchor)
}

describe('the pages', () => {
  it('have snippets that compile', async () => {
    const snippets = pages.flatMap((page) => snippetsOf(page, read(page)))
    expect(await compileErrors(snippets)).toEqual([])
  }, 60_000)
  it.each(pages)('%s links to what exists', (page) => {
    expect(linksOf(read(page)).filter((link) => broken(page, link))).toEqual([])
  })
})

describe('docs/errors.md', () => {
  const unions = [
    ...read('packages/core/src/base/errors.ts').matchAll(/^export type (\w+)Code =((?:\s*\|?\s*'\w+')+)/gm),
  ]
  const inCode = unions.flatMap(([, name = '', codes = '']) =>
    [...codes.matchAll(/'(\w+)'/g)].map(([, code = '']) => `${name}Error ${code}`),
  )
  const rows = read('docs/errors.md')
    .split(/^## /m)
    .flatMap((section) => {
      const [name = ''] = /^\w+/.exec(section) ?? []
      return [...section.matchAll(/^\| `(\w+)` \|(.*)\|$/gm)].map(([, code = '', rest = '']) => ({
        row: `${name} ${code}`,
        cells: rest.split('|').map((cell) => cell.trim()),
      }))
    })

  it('has one row for each code in the sources, and no other', () => {
    expect(inCode.length).toBeGreaterThan(20)
    expect(rows.map(({ row }) => row).toSorted()).toEqual(inCode.toSorted())
  })
  it('says for each code what happened and what to do', () => {
    const empty = rows.filter(({ cells }) => cells.length !== 2 || cells.includes(''))
    expect(empty).toEqual([])
  })
})

describe('the public names', () => {
  const entries = ['core', 'adapters'].flatMap((name) => {
    const manifest = JSON.parse(read(`packages/${name}/package.json`)) as { exports: Record<string, unknown> }
    return Object.values(manifest.exports).flatMap((entry) => {
      const source = (entry as Record<string, string>)['@hotmount/source']
      return source === undefined ? [] : [path.posix.join('packages', name, source)]
    })
  })
  it.each(entries)('%s documents what it exports, with an example for all that is called', (entry) => {
    const names = publicNamesOf(entry)
    expect(names.length).toBeGreaterThan(0)
    const undocumented = names.filter(({ doc }) => doc === '').map(({ name, file }) => `${name} (${file})`)
    const unshown = names
      .filter(({ callable, doc }) => callable && doc !== '' && !doc.includes('@example'))
      .map(({ name, file }) => `${name} (${file})`)
    expect({ undocumented, withoutExample: unshown }).toEqual({ undocumented: [], withoutExample: [] })
  })
})

describe('the readers of pages and sources', () => {
  it('find blocks with their line, and leave out what is not TypeScript', () => {
    const page =
      '# T\n\n```ts\na\n```\n\n- x\n  ```ts continues\n  b\n  ```\n\n````md\n```ts\nno\n```\n````\n```sh\nc\n```\n'
    expect(blocksOf(page).map(({ info, line, text }) => [info, line, text])).toEqual([
      ['ts', 4, 'a'],
      ['ts continues', 9, 'b'],
      ['md', 13, '```ts\nno\n```'],
      ['sh', 18, 'c'],
    ])
    const [alone, joined] = snippetsOf('p.md', page)
    expect([alone?.code, joined?.code]).toEqual(['\n\n\na\n', '\n\n\na\n\n\n\n\nb\n'])
  })
  it('find an error of a snippet on its line of the page', async () => {
    const page =
      "text\n\n```ts\nimport { toMs } from '@hotmount/core'\nexport const ms: string = toMs('1s', 'x')\n```\n"
    const errors = await compileErrors(snippetsOf('p.md', page))
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(/^p\.md:5: error TS2322/)
  }, 60_000)
  it('find links in prose and not in code, and anchors of headings', () => {
    expect(linksOf('[a](b.md#c) `[no](no.md)`\n![i](d.png "t")\n```\n[no](no.md)\n```\n[r]: e.md\n')).toEqual(
      ['b.md#c', 'd.png', 'e.md'],
    )
    expect([...anchorsOf("# A `b` c!\n## What's next?\n## What's next?\n```\n# no\n```\n")]).toEqual([
      'a-b-c',
      'whats-next',
      'whats-next-1',
    ])
    expect(['gone.md', '#gone', 'docs/errors.md#gone'].map((link) => broken('docs/errors.md', link))).toEqual(
      [true, true, true],
    )
  })
  it('tell a documented function from an undocumented constant', () => {
    const text =
      '/** Doc. @example x */\n// surprise\nexport const f = (a: number): number => a\n\nexport const c: Map<string, string> = new Map()\n'
    expect(declarationOf(text, 'f')).toEqual({ callable: true, doc: '/** Doc. @example x */' })
    expect(declarationOf(text, 'c')).toEqual({ callable: false, doc: '' })
    expect(declarationOf(text, 'g')).toBeUndefined()
  })
})
