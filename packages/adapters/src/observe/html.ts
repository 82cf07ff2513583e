/** Text that is safe to be put into a page as it is. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** What may stand in a template: text, which is escaped, or what is safe already. */
export type Part = Html | string | number | undefined | readonly Part[]

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

// A name may hold anything a file name can: line ends, terminal codes, and marks that turn the reading direction.
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

const codeOf = (char: string): string => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`

const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => entities[char] ?? char)

/** Text in which nothing can hide: what would not be seen is shown by its code. Line ends stay. */
export const visible = (text: string): string =>
  text.replaceAll(unseen, (char) => (char === '\n' ? char : codeOf(char)))

const textOf = (part: Part): string => {
  if (part === undefined) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'object') return part.map(textOf).join('')
  return escape(visible(`${part}`))
}

/**
 * A piece of a page. Whatever is filled in is escaped, unless it is such a piece itself.
 *
 * @example
 * markup`<b>${'<i>'}</b>`.text // <b>&lt;i&gt;</b>
 */
export const markup = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(strings.map((text, at) => text + textOf(parts[at])).join(''))
