import { floor, ours } from '../contenders/roster.js'
import type { Results, StormRound } from '../results.js'
import { spreadOf } from '../statistics.js'
import { countsOf } from './burst-table.js'
import { bytes, digits, ms, times } from './figures.js'
import { commonCells, figureOf, type LatencyFigure, pairsOf, ratioOfPair } from './latency-cells.js'

type Line = (results: Results) => string

const middle = (results: Results, contender: string, keys: number, figure: LatencyFigure): string =>
  ms(
    figureOf(
      commonCells(results).find((cell) => cell.contender === contender && cell.keys === keys),
      figure,
    )?.median,
  )

const latency: Line = (results) => {
  const [first] = commonCells(results)
  const ratio = (keys: number): string => {
    const pair = pairsOf(results).find(
      ({ ours: own }) => own.keys === keys && !own.busy && own.bytes === first?.bytes,
    )
    return times(pair && ratioOfPair(pair, 'p50Us')?.median)
  }
  const shown = [1, 500].map(
    (keys) => `${middle(results, ours, keys, 'p50Us')} ms for ${keys === 1 ? '1 key' : `${keys} keys`}`,
  )
  return `From the kubelet's rename to every byte in hand: ${shown.join(', ')}; ${ratio(1)} and ${ratio(500)} a bare \`fs.watch\`.`
}

const whole: Line = (results) => {
  const tell = (name: string): string => {
    const counts = countsOf(results, name)
    return `${digits(counts?.lost)} lost, ${digits(counts && counts.torn + counts.failed)} torn or failed reads`
  }
  const own = countsOf(results, ours)
  return `${digits(own?.bursts)} bursts of swaps: ${tell(ours)}. A bare \`fs.watch\`: ${tell(floor)}; chokidar on a file: ${tell('chokidar, file')}.`
}

const cpu: Line = (results) =>
  `CPU for a swap of 500 keys: ${middle(results, ours, 500, 'cpuUs')} ms; \`fs.watch\` ${middle(results, floor, 500, 'cpuUs')} ms, chokidar on the directory ${middle(results, 'chokidar, directory', 500, 'cpuUs')} ms.`

const many: Line = ({ scale = [] }) => {
  const rounds = scale.find(({ contender, mounts }) => contender === ours && mounts === 500)?.rounds ?? []
  const of = (pick: (round: (typeof rounds)[number]) => number): number | undefined =>
    spreadOf(rounds.map(pick))?.median
  const [instances, watches] = [of((round) => round.instances), of((round) => round.watches)].map(digits)
  return `500 mounts in one process: ${instances} inotify instance, ${watches} watches, ready in ${digits(of(({ readyMs }) => readyMs))} ms, ${bytes(of(({ bytesPerMount }) => bytesPerMount))} each beyond their values.`
}

const storm: Line = ({ storm: cells = [] }) => {
  const of = (by: string, pick: (round: StormRound) => number | undefined): string =>
    digits(spreadOf((cells.find((cell) => cell.by === by)?.rounds ?? []).map(pick))?.median)
  const [reloads, workers] = [(one: StormRound) => one.reloads, (one: StormRound) => one.mostWorkers]
  return `nginx under load, ${of('hotmount', ({ swaps }) => swaps)} swaps in a row: ${of('hotmount', reloads)} reloads and at most ${of('hotmount', workers)} workers, against ${of('signal', reloads)} and ${of('signal', workers)} with a signal for each; ${of('hotmount', ({ failed }) => failed)} requests failed, the last revision was proven ${of('hotmount', ({ verifiedMs }) => verifiedMs)} ms after it was published.`
}

/** Five lines that say it all. */
export const summaryOf = (results: Results): readonly string[] =>
  [latency, whole, cpu, many, storm].map((line) => line(results))
