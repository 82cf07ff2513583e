import { variableOf } from './env.js'
import type { Flag, Flags } from './flag.js'
import type { Paint } from './paint.js'

/** What there is to say about one command. */
export interface Page {
  readonly name: string
  /** Half a sentence, for the list of commands. */
  readonly summary: string
  readonly usage: string
  /** Paragraphs of lines. */
  readonly about: string
  /** What --all says after that. */
  readonly more?: string
  /** Flags under headings. */
  readonly flags: Readonly<Record<string, Flags>>
  /** The first is shown by --help; the others by --all. */
  readonly examples: readonly (readonly [what: string, line: string])[]
  readonly exits: readonly (readonly [code: string, meaning: string])[]
  /** Its flags are those of another program: no variable stands for one. */
  readonly isForeign?: true
}

/** Columns of a screen. */
export const width = 80
/** Lines of a screen: what --help says fits on one. */
export const height = 40

const column = 26

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

const table = (rows: readonly (readonly [string, string])[], indent: number, paint: Paint): string =>
  rows
    .map(([left, right]) => {
      const pad = left.length + 2 < indent ? ' '.repeat(indent - 2 - left.length) : `\n${' '.repeat(indent)}`
      return `  ${paint('cyan', left)}${pad}${wrap(right, indent)}`
    })
    .join('\n')

/** `--mount DIR`. */
export const signature = (name: string, { value }: Flag): string =>
  value === undefined ? `--${name}` : `--${name} ${value}`

/** All flags of a page. */
export const flagsOf = ({ flags }: Page): Flags => Object.assign({}, ...Object.values(flags))

const section = (title: string, body: string, paint: Paint): string => `${paint('bold', title)}\n${body}\n`

const exampleLines = (examples: Page['examples'], paint: Paint): string =>
  examples
    .map(([what, line]) => `  ${paint('dim', `# ${what}`)}\n  ${line.replaceAll('\n', '\n      ')}`)
    .join('\n\n')

const rowsOf = (flags: Flags, isWhole: boolean): readonly (readonly [string, string])[] =>
  Object.entries(flags).map(([name, flag]) => {
    const { help, more } = flag
    return [signature(name, flag), isWhole && more !== undefined ? `${help}. ${more}` : help]
  })

const commonOf = (page: Page): Flags => {
  const all = Object.entries(flagsOf(page))
  const common = all.filter(([, { common: isCommon }]) => isCommon)
  return Object.fromEntries(common.length > 0 ? common : all)
}

const hidden = (page: Page): number => Object.keys(flagsOf(page)).length - Object.keys(commonOf(page)).length

/** What a command's --help says: what most people need, on one screen. */
export const renderPage = (page: Page, paint: Paint): string => {
  const [example] = page.examples
  const count = hidden(page)
  const rest = count > 0 ? `the other ${count} flags` : 'more'
  const [first = ''] = Object.keys(commonOf(page))
  return [
    `${paint('bold', `hotmount ${page.name}`)}: ${page.summary}\n`,
    section('Usage', `  ${page.usage}`, paint),
    `${page.about}\n`,
    ...(first === '' ? [] : [section('Flags', table(rowsOf(commonOf(page), false), column, paint), paint)]),
    ...(example ? [section('Example', exampleLines([example], paint), paint)] : []),
    [
      `'hotmount ${page.name} --help --all' tells ${rest}.`,
      ...(first === '' || page.isForeign
        ? []
        : [`Each flag can be a variable instead: ${variableOf(first)} for --${first}.`]),
      '',
    ].join('\n'),
  ].join('\n')
}

/** All there is to say about a command. */
export const renderWhole = (page: Page, paint: Paint): string =>
  [
    `${paint('bold', `hotmount ${page.name}`)}: ${page.summary}\n`,
    section('Usage', `  ${page.usage}`, paint),
    `${page.about}\n`,
    ...(page.more === undefined ? [] : [`${page.more}\n`]),
    section('Examples', exampleLines(page.examples, paint), paint),
    ...Object.entries(page.flags).map(([title, flags]) =>
      section(title, table(rowsOf(flags, true), column, paint), paint),
    ),
    section('Exit codes', table(page.exits, 12, paint), paint),
  ].join('\n')

/** What `hotmount --help` says. */
export const renderOverview = (pages: readonly Page[], standIns: readonly string[], paint: Paint): string =>
  [
    `${paint('bold', 'hotmount')}: when a mounted ConfigMap or Secret changes, what runs takes it, safely\n`,
    section('Usage', '  hotmount COMMAND [flags]', paint),
    section(
      'Commands',
      table(
        pages.map(({ name, summary }) => [name, summary]),
        14,
        paint,
      ),
      paint,
    ),
    section('In place of other programs', `  ${wrap(standIns.join(', '), 2)}`, paint),
    section(
      'Examples',
      exampleLines(pages.flatMap(({ examples }) => examples.slice(0, 1)).slice(0, 2), paint),
      paint,
    ),
    [
      "'hotmount COMMAND --help' tells of one command, '--help --all' everything of it,",
      "'hotmount --version' the version. Each flag can be a variable: HOTMOUNT_MOUNT is",
      '--mount. Config values are never printed, only names of keys.',
      '',
    ].join('\n'),
  ].join('\n')
