import type { Results } from '../results.js'
import { ms, times } from './figures.js'
import { figureOf, type LatencyFigure, type Pair, pairsOf, ratioOfPair } from './latency-cells.js'
import { type Verdict, worstOf } from './verdict.js'

const limits: readonly { readonly figure: LatencyFigure; readonly most: number; readonly what: string }[] = [
  { figure: 'p50Us', most: 1.4, what: 'median latency' },
  { figure: 'p99Us', most: 2, what: 'p99 latency' },
  { figure: 'cpuUs', most: 1.3, what: 'CPU per swap' },
]

const place = ({ ours: { keys, bytes } }: Pair): string =>
  `${keys === 1 ? '1 key' : `${keys} keys`} of ${bytes / 1024} KiB`

const judge = (pairs: readonly Pair[], busy: boolean): readonly Verdict[] =>
  limits.flatMap(({ figure, most, what }): Verdict[] => {
    const own = pairs.filter((pair) => pair.ours.busy === busy)
    const worst = worstOf(own, (pair) => ratioOfPair(pair, figure)?.median)
    const ratio = worst && ratioOfPair(worst, figure)?.median
    if (worst === undefined || ratio === undefined) return []
    const within = own.filter(
      (pair) => (ratioOfPair(pair, figure)?.median ?? Number.POSITIVE_INFINITY) <= most,
    )
    const [above, below] = [worst.ours, worst.floor].map((cell) => ms(figureOf(cell, figure)?.median))
    return [
      {
        target: `${what} at most ${most} × the floor, ${busy ? 'one core busy' : 'quiet machine'}`,
        measured: `${within.length} of ${own.length} sizes; at worst ${times(ratio)} (${above} against ${below} ms, ${place(worst)})`,
        met: ratio <= most,
      },
    ]
  })

/** Every size counts: the worst one decides. */
export const latencyVerdicts = (results: Results): readonly Verdict[] => {
  const pairs = pairsOf(results)
  return [...judge(pairs, false), ...judge(pairs, true)]
}
