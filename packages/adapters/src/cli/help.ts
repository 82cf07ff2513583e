import type { Flag, Flags } from './args.js'
import type { Paint } from './paint.js'

/** What there is to say about one command. */
export interface Page {
  readonly name: string
  /** Half a sentence, for the list of commands. */
  readonly summary: string
  readonly usage: string
  /** Paragraphs of lines. */
  readonly about: string
  /** Flags under headings. */
  readonly flags: Readonly<Record<string, Flags>>
  readonly examples: readonly (readonly [what: string, line: string])[]
  readonly exits: readonly (readonly [code: string, meaning: string])[]
}

const width = 92

/** Breaks a text at blanks into lines that fit beside a left column. */
const wrap = (text: string, indent: number): string => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length <= width - indent || line === '') line = longer
    else {
      lines.push(line)
      line = word
    }
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`)
}

const table = (rows: readonly (readonly [string, string])[], column: number, paint: Paint): string =>
  rows
    .map(([left, right]) => {
      const pad = left.length + 2 < column ? ' '.repeat(column - 2 - left.length) : `\n${' '.repeat(column)}`
      return `  ${paint('cyan', left)}${pad}${wrap(right, column)}`
    })
    .join('\n')

const signature = (name: string, { value }: Flag): string =>
  value === undefined ? `--${name}` : `--${name} ${value}`

/** Names of all flags of a page. */
export const flagNames = ({ flags }: Page): string[] =>
  Object.values(flags).flatMap((each) => Object.keys(each))

const section = (title: string, body: string, paint: Paint): string => `${paint('bold', title)}\n${body}\n`

const exampleLines = (examples: Page['examples'], paint: Paint): string =>
  examples
    .map(([what, line]) => `  ${paint('dim', `# ${what}`)}\n  ${line.replaceAll('\n', '\n      ')}`)
    .join('\n\n')

/** The help of one command. */
export const renderPage = (page: Page, paint: Paint): string =>
  [
    `${paint('bold', `hotmount ${page.name}`)}: ${page.summary}\n`,
    section('Usage', `  ${page.usage}`, paint),
    `${page.about}\n`,
    section('Examples', exampleLines(page.examples, paint), paint),
    ...Object.entries(page.flags).map(([title, flags]) =>
      section(
        title,
        table(
          Object.entries(flags).map(([name, flag]) => [signature(name, flag), flag.help]),
          28,
          paint,
        ),
        paint,
      ),
    ),
    section('Exit codes', table(page.exits, 12, paint), paint),
  ].join('\n')

/** What `hotmount --help` says. */
export const renderOverview = (pages: readonly Page[], paint: Paint): string =>
  [
    `${paint('bold', 'hotmount')}: when a mounted ConfigMap or Secret changes, what runs takes it, safely\n`,
    section('Usage', '  hotmount COMMAND [flags]', paint),
    section(
      'Commands',
      table(
        pages.map(({ name, summary }) => [name, summary]),
        12,
        paint,
      ),
      paint,
    ),
    section(
      'Examples',
      exampleLines(
        pages.flatMap(({ examples }) => examples.slice(0, 1)),
        paint,
      ),
      paint,
    ),
    `'hotmount help COMMAND' or 'hotmount COMMAND --help' tells all of one command.\n'hotmount --version' tells the version. Config values are never printed, only names of keys.\n`,
  ].join('\n')
