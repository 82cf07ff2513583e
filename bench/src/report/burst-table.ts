import { contenders } from '../contenders/roster.js'
import { addCounts } from '../measurements/bursts.js'
import type { BurstCounts, Results } from '../results.js'
import { digits } from './figures.js'
import type { Table } from './table.js'

/** All bursts of one contender together; undefined when it was in none. */
export const countsOf = ({ bursts = [] }: Results, name: string): BurstCounts | undefined => {
  const [first, ...others] = bursts.filter(({ contender }) => contender === name).map(({ counts }) => counts)
  return first && others.reduce(addCounts, first)
}

const gapsOf = ({ bursts = [] }: Results): readonly number[] => [...new Set(bursts.map(({ gapMs }) => gapMs))]

/** Bursts whose last revision was lost, at each distance between swaps; what was torn, missed or told twice. */
export const burstTable = (results: Results): Table => {
  const gaps = gapsOf(results)
  return {
    columns: [
      'final revision lost, swaps apart by',
      ...gaps.map((gapMs) => `${gapMs} ms`),
      'torn',
      'failed reads',
      'missed',
      'told again',
      'deliveries per swap',
    ],
    rows: contenders.map(({ name }) => {
      const all = countsOf(results, name)
      const lost = gaps.map((gapMs) => {
        const cell = results.bursts?.find((one) => one.contender === name && one.gapMs === gapMs)
        return cell ? `${cell.counts.lost} of ${cell.counts.bursts}` : '–'
      })
      const rest = [all?.torn, all?.failed, all?.missed, all?.repeated].map(digits)
      return [name].concat(lost, rest, digits(all && all.deliveries / all.swaps))
    }),
  }
}
