/** A fenced block of a page. */
export interface Block {
  /** Everything after the fence: `ts`, `ts continues`. */
  readonly info: string
  /** Line of the page where its content begins, from 1. */
  readonly line: number
  readonly text: string
}

/** The fenced blocks of a page, in order. */
export const blocksOf = (page: string): readonly Block[] => {
  const blocks: Block[] = []
  let open: { fence: string; indent: number; info: string; line: number; lines: string[] } | undefined
  for (const [index, line] of page.split('\n').entries()) {
    const [, indent = '', fence, info = ''] = /^(\s*)(`{3,}|~{3,})\s*(.*)$/.exec(line) ?? []
    if (open) {
      if (fence?.startsWith(open.fence) && info === '') {
        blocks.push({ info: open.info, line: open.line, text: open.lines.join('\n') })
        open = undefined
      } else open.lines.push(line.slice(0, open.indent).trim() === '' ? line.slice(open.indent) : line)
    } else if (fence !== undefined)
      open = { fence, indent: indent.length, info: info.trim(), line: index + 2, lines: [] }
  }
  return blocks
}

const prose = (page: string): string =>
  page
    .replaceAll(/^(\s*)(`{3,}|~{3,})[\s\S]*?^\s*\2\s*$/gm, '')
    .replaceAll(/(`+)(?:(?!\1)[\s\S])+?\1(?!`)/g, '``')

/** Targets of the links and images of a page, outside code. */
export const linksOf = (page: string): readonly string[] => {
  const text = prose(page)
  const inline = text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)
  const references = text.matchAll(/^\s*\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/gm)
  const html = text.matchAll(/\b(?:href|src)="([^"]+)"/g)
  return [...inline, ...references, ...html].map(([, target]) => target ?? '')
}

/** The anchors that a page's headings get when it is shown. */
export const anchorsOf = (page: string): ReadonlySet<string> => {
  const text = page.replaceAll(/^(\s*)(`{3,}|~{3,})[\s\S]*?^\s*\2\s*$/gm, '')
  const seen = new Map<string, number>()
  const headings = [...text.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map(([, heading]) => {
    const shown = (heading ?? '').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    const slug = shown
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-')
    const count = seen.get(slug) ?? 0
    seen.set(slug, count + 1)
    return count === 0 ? slug : `${slug}-${count}`
  })
  return new Set([...headings, ...[...text.matchAll(/\b(?:id|name)="([^"]+)"/g)].map(([, id]) => id ?? '')])
}
