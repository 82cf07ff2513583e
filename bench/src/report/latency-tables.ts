import { contenders, floor, ours, steps } from '../contenders/roster.js'
import type { LatencyCell, Results } from '../results.js'
import { ms, timesWithin } from './figures.js'
import { commonCells, figureOf, type LatencyFigure, pairsOf, ratioOfPair } from './latency-cells.js'
import type { Table } from './table.js'

const sizes = (cells: readonly LatencyCell[]): readonly number[] => [
  ...new Set(cells.map(({ keys }) => keys)),
]
const counted = (keys: number): string => (keys === 1 ? '1 key' : `${keys} keys`)

const byContender = (results: Results, show: (cell: LatencyCell | undefined) => string): Table => {
  const cells = commonCells(results)
  const keys = sizes(cells)
  return {
    columns: ['', ...keys.map(counted)],
    rows: contenders.map(({ name, isSingle }) =>
      [isSingle === true ? `${name} (one key)` : name].concat(
        keys.map((count) => show(cells.find((cell) => cell.contender === name && cell.keys === count))),
      ),
    ),
  }
}

/** Everyone: from the rename to all bytes in hand, median and p99 in milliseconds. */
export const latencyTable = (results: Results): Table =>
  byContender(results, (cell) => {
    const [p50, p99] = [figureOf(cell, 'p50Us'), figureOf(cell, 'p99Us')]
    return `${ms(p50?.median)} / ${ms(p99?.median)}`
  })

/** Everyone: CPU time for each swap, in milliseconds. */
export const cpuTable = (results: Results): Table =>
  byContender(results, (cell) => ms(figureOf(cell, 'cpuUs')?.median))

/** What each guarantee adds to the floor: median latency and CPU time, in milliseconds. */
export const guaranteeTable = (results: Results): Table => {
  const cells = commonCells(results)
  const keys = sizes(cells)
  const show = (name: string, count: number): string => {
    const cell = cells.find((one) => one.contender === name && one.keys === count)
    return `${ms(figureOf(cell, 'p50Us')?.median)} / ${ms(figureOf(cell, 'cpuUs')?.median)}`
  }
  return {
    columns: ['median latency / CPU for each swap, ms', ...keys.map(counted)],
    rows: [floor, ...steps.map(({ name }) => name), ours].map((name) =>
      [name].concat(keys.map((count) => show(name, count))),
    ),
  }
}

/** Ours against the floor at every size and load: one figure, with the ratio and its spread over rounds. */
export const closeTable = (results: Results, figure: LatencyFigure): Table => ({
  columns: ['', 'value size', 'machine', 'fs.watch, ms', 'hotmount, ms', 'ratio (rounds)'],
  rows: pairsOf(results).map((pair) => [
    counted(pair.ours.keys),
    `${pair.ours.bytes / 1024} KiB`,
    pair.ours.busy ? 'one core busy' : 'quiet',
    ms(figureOf(pair.floor, figure)?.median),
    ms(figureOf(pair.ours, figure)?.median),
    timesWithin(ratioOfPair(pair, figure)),
  ]),
})
