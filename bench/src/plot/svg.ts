const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
const round = (value: number | string): string =>
  typeof value === 'number' ? `${Number(value.toFixed(1))}` : escape(value)

/** Attributes of an element. */
export type Attributes = Readonly<Record<string, number | string>>

const attributes = (of: Attributes): string =>
  Object.entries(of)
    .map(([name, value]) => ` ${name}="${round(value)}"`)
    .join('')

/** An element, with a title that a browser shows on hover where one is given. */
export const element = (name: string, of: Attributes, title?: string): string =>
  title === undefined
    ? `<${name}${attributes(of)}/>`
    : `<${name}${attributes(of)}><title>${escape(title)}</title></${name}>`

/** A line of text. */
export const label = (x: number, y: number, words: string, of: Attributes = {}): string =>
  `<text${attributes({ x, y, ...of })}>${escape(words)}</text>`
