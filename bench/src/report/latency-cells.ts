import { floor, ours } from '../contenders/roster.js'
import type { LatencyCell, LatencyRound, Results } from '../results.js'
import { ratioOf, type Spread, spreadOf } from '../statistics.js'

/** One figure of a cell. */
export type LatencyFigure = 'p50Us' | 'p99Us' | 'cpuUs'

/** A cell with what it is compared with: the floor at the same size and load. */
export interface Pair {
  readonly ours: LatencyCell
  readonly floor: LatencyCell
}

const isAlike = (a: LatencyCell, b: LatencyCell): boolean =>
  a.keys === b.keys && a.bytes === b.bytes && a.busy === b.busy

/** Ours beside the floor, size by size. */
export const pairsOf = ({ latency = [] }: Results): readonly Pair[] =>
  latency
    .filter(({ contender }) => contender === ours)
    .flatMap((own) => {
      const below = latency.find((cell) => cell.contender === floor && isAlike(cell, own))
      return below ? [{ ours: own, floor: below }] : []
    })

const column = (rounds: readonly LatencyRound[], figure: LatencyFigure): readonly number[] =>
  rounds.map((round) => round[figure])

/** One figure over the rounds. */
export const figureOf = (cell: LatencyCell | undefined, figure: LatencyFigure): Spread | undefined =>
  cell && spreadOf(column(cell.rounds, figure))

/** Ours as a multiple of the floor, round by round. */
export const ratioOfPair = (pair: Pair, figure: LatencyFigure): Spread | undefined =>
  ratioOf(column(pair.ours.rounds, figure), column(pair.floor.rounds, figure))

/** The cells of everyone on a quiet machine at the first size of values: where all can be compared. */
export const commonCells = ({ latency = [] }: Results): readonly LatencyCell[] => {
  const [first] = latency
  return latency.filter(({ busy, bytes }) => !busy && bytes === first?.bytes)
}
