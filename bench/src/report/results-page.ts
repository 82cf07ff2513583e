import type { Results } from '../results.js'
import { blocks } from './blocks.js'

const sections: readonly (readonly [title: string, block: string])[] = [
  ['Targets', 'verdicts'],
  ['Rename to every byte in hand: median / p99, ms', 'latency'],
  ['Median latency, hotmount against the floor', 'close-p50'],
  ['p99 latency, hotmount against the floor', 'close-p99'],
  ['CPU time for each swap, hotmount against the floor', 'close-cpu'],
  ['CPU time for each swap, ms', 'cpu'],
  ['What each guarantee costs', 'guarantees'],
  ['Bursts', 'bursts'],
  ['One quiet mount', 'footprint'],
  ['Import and installation', 'imports'],
  ['Many mounts in one process', 'scale'],
  ['Stall of the event loop by one swap of 1 MiB', 'stall'],
  ['nginx in a storm of swaps', 'storm'],
  ['Parsing', 'parsing'],
]

/** All tables on one page. */
export const resultsPage = (results: Results): string =>
  [
    '# Results',
    '',
    'Written by `npm run bench`. What is measured, and how: [docs/17-performance.md](../../docs/17-performance.md).',
    '',
    blocks['machine']?.(results) ?? '',
    '',
    '![Latency and CPU time of everyone](plot.svg)',
    ...sections.flatMap(([title, name]) => ['', `## ${title}`, '', blocks[name]?.(results) ?? '']),
    '',
  ].join('\n')
