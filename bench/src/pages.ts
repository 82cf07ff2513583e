import { blocks } from './report/blocks.js'
import type { Results } from './results.js'

const marked = /(<!-- figures: ([\w-]+) -->)[\s\S]*?(<!-- end of figures -->)/g

/**
 * A page with the figures of these results between its markers, `<!-- figures: NAME -->` and
 * `<!-- end of figures -->`. Everything else stays as it is.
 *
 * @throws RangeError for a name that there is no block for
 */
export const filled = (page: string, results: Results): string =>
  page.replaceAll(marked, (_, begin: string, name: string, end: string) => {
    const block = blocks[name]
    if (!block) throw new RangeError(`no figures ${name}; there are ${Object.keys(blocks).join(', ')}`)
    const text = block(results)
    return text.includes('\n') || text.startsWith('|')
      ? `${begin}\n\n${text}\n\n${end}`
      : `${begin}${text}${end}`
  })
