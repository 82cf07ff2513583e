import { contenders, floor, ours } from '../contenders/roster.js'
import { countsOf } from '../report/burst-table.js'
import { ms } from '../report/figures.js'
import { commonCells, figureOf, type LatencyFigure } from '../report/latency-cells.js'
import type { LatencyCell, Results } from '../results.js'
import { at, type Axis, axisFor, decades } from './axis.js'
import { style } from './style.js'
import { element, label } from './svg.js'

const width = 960
const [top, rowHeight, bottom] = [128, 30, 62]
const names = contenders.map(({ name }) => name)
const height = top + names.length * rowHeight + bottom
const middleOf = (row: number): number => top + row * rowHeight + rowHeight / 2
const radius = (keys: number): number => 2.6 + 1.25 * Math.log10(keys)

const kindOf = (name: string): string => (name === floor ? 'floor' : name.startsWith(ours) ? 'ours' : 'other')

interface Panel {
  readonly title: string
  readonly figure: LatencyFigure
  readonly axis: Axis
}

const middle = (cell: LatencyCell, figure: LatencyFigure): number =>
  (figureOf(cell, figure)?.median ?? Number.NaN) / 1000

const grid = ({ title, axis }: Panel): readonly string[] => [
  label(axis.left, top - 34, title, { class: 'head' }),
  ...decades(axis).flatMap((value) => {
    const x = at(axis, value)
    const words = value < 1 ? `${Number(value.toPrecision(1))}` : value.toLocaleString('en')
    return [
      element('line', { x1: x, x2: x, y1: top - 6, y2: height - bottom, class: 'grid' }),
      label(x, top - 12, words, { class: 'small', 'text-anchor': 'middle' }),
    ]
  }),
]

/** One row of a panel: a dot for each number of keys, and how far they lie apart. */
const row = (
  { figure, axis }: Panel,
  cells: readonly LatencyCell[],
  name: string,
  y: number,
): readonly string[] => {
  const own = cells.filter((cell) => cell.contender === name && Number.isFinite(middle(cell, figure)))
  if (own.length === 0) return []
  const kind = kindOf(name)
  const places = own.map((cell) => at(axis, middle(cell, figure)))
  const reach = { x1: Math.min(...places), x2: Math.max(...places), y1: y, y2: y, class: `reach ${kind}` }
  const dots = own.map((cell) => {
    const spread = figureOf(cell, figure)
    const title = `${name}, ${cell.keys} keys: ${ms(spread?.median)} ms (${ms(spread?.low)}–${ms(spread?.high)})`
    const cx = at(axis, middle(cell, figure))
    return element('circle', { cx, cy: y, r: radius(cell.keys), class: `dot ${kind}` }, title)
  })
  return [element('line', reach), ...dots]
}

const outcome = (results: Results, name: string, x: number, y: number): readonly string[] => {
  const counts = countsOf(results, name)
  if (counts === undefined) return []
  const show = (count: number, of: string, left: number): string =>
    label(left, y + 4.5, `${count}${of}`, { class: count === 0 ? 'good' : 'bad', 'text-anchor': 'end' })
  return [show(counts.lost, ` of ${counts.bursts}`, x + 62), show(counts.torn + counts.failed, '', x + 128)]
}

const legend = (keys: readonly number[]): readonly string[] => {
  const y = height - 30
  const dots = keys.flatMap((count, index) => {
    const x = 150 + index * 92
    const words = count === 1 ? '1 key' : `${count} keys`
    return [
      element('circle', { cx: x, cy: y - 4, r: radius(count), class: 'dot other' }),
      label(x + 12, y, words, { class: 'small' }),
    ]
  })
  return [
    label(24, y, 'Keys in the mount:', { class: 'small' }),
    ...dots,
    label(
      24,
      y + 18,
      'Single-file contenders read one key, whatever the mount holds. Polls look every 100 ms. Lower is better.',
      {
        class: 'small',
      },
    ),
  ]
}

/** The plot: self-contained, the same figures as the tables. */
export const plotOf = (results: Results): string => {
  const cells = commonCells(results)
  const all = (figure: LatencyFigure): readonly number[] => cells.map((cell) => middle(cell, figure))
  const panels: readonly Panel[] = [
    {
      title: 'Rename to every byte in hand, ms',
      figure: 'p50Us',
      axis: axisFor(all('p50Us'), 180, 480),
    },
    { title: 'CPU time per swap, ms', figure: 'cpuUs', axis: axisFor(all('cpuUs'), 530, 770) },
  ]
  const outcomeX = 802
  const { cores, kernel, node } = results.machine
  const parts = [
    element('rect', { x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 10, class: 'paper' }),
    label(24, 36, 'Taking a changed ConfigMap mount: how fast, at what cost, and is it whole?', {
      class: 'title',
    }),
    label(
      24,
      58,
      `${(cells[0]?.bytes ?? 0) / 1024} KiB a key, every key changed, writer in a process of its own. Medians of ${results.rounds} rounds on ${cores} cores, Linux ${kernel}, Node ${node}. Logarithmic.`,
      { class: 'small' },
    ),
    element('rect', {
      x: 12,
      y: middleOf(names.indexOf(ours)) - rowHeight / 2,
      width: width - 24,
      height: rowHeight,
      rx: 6,
      class: 'band',
    }),
    ...panels.flatMap(grid),
    label(outcomeX + 128, top - 34, 'Bursts of swaps', { class: 'head', 'text-anchor': 'end' }),
    label(outcomeX + 62, top - 12, 'last lost', { class: 'small', 'text-anchor': 'end' }),
    label(outcomeX + 128, top - 12, 'torn, failed', { class: 'small', 'text-anchor': 'end' }),
    ...names.flatMap((name, index) => {
      const y = middleOf(index)
      const words = name === floor ? `${name} (the floor)` : name
      return [label(24, y + 4.5, words, { class: name.startsWith(ours) ? 'own' : '' })].concat(
        panels.flatMap((panel) => row(panel, cells, name, y)),
        outcome(results, name, outcomeX, y),
      )
    }),
    ...legend([...new Set(cells.map(({ keys }) => keys))]),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="what">
<title id="what">Latency and CPU time of hotmount and others on a changed ConfigMap mount</title>
<style>${style}</style>
${parts.join('\n')}
</svg>
`
}
