/** A table: every row has as many cells as there are columns. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** As Markdown; the first column to the left, figures to the right. */
export const toMarkdown = ({ columns, rows }: Table): string =>
  [
    line(columns),
    `|${columns.map((_, index) => (index === 0 ? '---' : '--:')).join('|')}|`,
    ...rows.map(line),
  ].join('\n')
