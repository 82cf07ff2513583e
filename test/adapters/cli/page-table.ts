import type { Flag, Flags } from '../../../packages/adapters/src/cli/flag.js'
import { type Page, signature } from '../../../packages/adapters/src/cli/help.js'

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`)

const sentence = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`

const flagRow = ([name, flag]: readonly [string, Flag]): string => {
  const more = flag.more === undefined ? '' : ` ${cell(sentence(flag.more))}`
  return `| \`${cell(signature(name, flag))}\` | ${cell(sentence(flag.help))}${more} |`
}

const flagRows = (title: string, flags: Flags): readonly string[] => {
  const rows = Object.entries(flags).map(flagRow)
  return [`| ${title.toLowerCase()} | |`, '|---|---|', ...rows, '']
}

/** What docs/commands.md says of a command's flags, examples and exit codes: made from its page. */
const pageTable = (page: Page): string =>
  [
    `\`${page.usage}\``,
    '',
    ...page.examples.flatMap(([what, line]) => [
      '```sh',
      `# ${what}`,
      line.replaceAll('\n', '\n    '),
      '```',
      '',
    ]),
    ...Object.entries(page.flags).flatMap(([title, flags]) => flagRows(title, flags)),
    '| exit code | meaning |',
    '|---|---|',
    ...page.exits.map(([code, meaning]) => `| ${code} | ${cell(sentence(meaning))} |`),
  ].join('\n')

const begin = (name: string): string => `<!-- ${name}: made from its help -->`
const end = '<!-- end -->'

/** A guide with the table of each page between its marks brought up to date. Throws where a page has no marks. */
export const withTables = (guide: string, pages: readonly Page[]): string => {
  let text = guide
  for (const page of pages) {
    const from = text.indexOf(begin(page.name))
    const to = text.indexOf(end, from)
    if (from < 0 || to < 0)
      throw new Error(`docs/commands.md has no marks for ${page.name}: ${begin(page.name)} … ${end}`)
    text = `${text.slice(0, from)}${begin(page.name)}\n\n${pageTable(page)}\n\n${text.slice(to)}`
  }
  return text
}
