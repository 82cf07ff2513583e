import { ours } from '../contenders/roster.js'
import type { Results, ScaleRound } from '../results.js'
import { ratioOf, spreadOf } from '../statistics.js'
import { countsOf } from './burst-table.js'
import { bytes, digits, percent, times } from './figures.js'
import { latencyVerdicts } from './latency-verdicts.js'
import { type Verdict, worstOf } from './verdict.js'

type Judge = (results: Results) => readonly Verdict[]

const bursts: Judge = (results) => {
  const counts = countsOf(results, ours)
  if (counts === undefined) return []
  const { bursts: all, swaps, lost, torn, missed, repeated, deliveries } = counts
  return [
    {
      target: 'nothing lost or torn in any burst',
      measured: `${lost} final revisions lost, ${torn} torn, in ${all} bursts of ${swaps} swaps`,
      met: lost + torn === 0,
    },
    {
      target: 'one event for each swap that is not superseded',
      measured: `${missed} missed, ${repeated} told again; ${deliveries} events for ${swaps} swaps, the rest superseded`,
      met: missed + repeated === 0,
    },
  ]
}

const scaleAt = ({ scale = [] }: Results, mounts: number): readonly ScaleRound[] =>
  scale.find((cell) => cell.contender === ours && cell.mounts === mounts)?.rounds ?? []

const middleOf = (rounds: readonly ScaleRound[], figure: keyof ScaleRound): number =>
  spreadOf(rounds.map((round) => round[figure]))?.median ?? Number.NaN

const scale: Judge = (results) => {
  const many = scaleAt(results, 500)
  const [instances, watches] = [middleOf(many, 'instances'), middleOf(many, 'watches')]
  const [readyMs, perMount] = [middleOf(many, 'readyMs'), middleOf(many, 'bytesPerMount')]
  const idle = middleOf(scaleAt(results, 100), 'idleCpu')
  const verdicts: readonly Verdict[] = [
    {
      target: '500 mounts: 1 inotify instance, at most 1 watch each',
      measured: `${digits(instances)} and ${digits(watches)}`,
      met: instances === 1 && watches <= 500,
    },
    { target: '500 mounts: ready in less than 1 s', measured: `${digits(readyMs)} ms`, met: readyMs < 1000 },
    {
      target: '500 mounts: less than 60 KB each beyond its bytes',
      measured: bytes(perMount),
      met: perMount < 60_000,
    },
    { target: '100 idle mounts: less than 0.1 % of a core', measured: percent(idle), met: idle < 0.001 },
  ]
  return verdicts.filter((_, index) => (index === 3 ? scaleAt(results, 100) : many).length > 0)
}

const stall: Judge = ({ stall: cells = [] }) => {
  const rounds = cells.find(({ contender }) => contender === ours)?.rounds ?? []
  if (rounds.length === 0) return []
  const longest = Math.max(...rounds.flat())
  return [
    {
      target: 'longest stall of the event loop for 1 MiB at most 10 ms',
      measured: `${digits(longest)} ms; median of ${rounds.flat().length} swaps ${digits(spreadOf(rounds.flat())?.median)} ms`,
      met: longest <= 10,
    },
  ]
}

const imports: Judge = ({ imports: all = [] }) => {
  const [core, chokidar] = ['@hotmount/core', 'chokidar'].map((name) => all.find((one) => one.name === name))
  const ratio = ratioOf(core?.rounds ?? [], chokidar?.rounds ?? [])?.median
  if (ratio === undefined) return []
  const [above, below] = [core, chokidar].map((one) => digits(spreadOf(one?.rounds ?? [])?.median))
  return [
    {
      target: 'importing core at most 1.2 × chokidar',
      measured: `${times(ratio)} (${above} against ${below} ms)`,
      met: ratio <= 1.2,
    },
  ]
}

const sharing: Judge = ({ sharing: found }) =>
  found === undefined
    ? []
    : [
        {
          target: 'unchanged keys share memory with the previous snapshot',
          measured: `${bytes(found.bytesPerSnapshot)} for each further snapshot of ${bytes(found.snapshotBytes)}, one key in 500 changed`,
          met: found.bytesPerSnapshot < found.snapshotBytes / 10,
        },
      ]

const parsing: Judge = ({ parsing: cells = [] }) => {
  const judged = cells.map((cell) => ({
    name: `${cell.format === 'json' ? 'JSON' : 'YAML'} of ${cell.bytes / 1000} KB`,
    ratio: ratioOf(
      cell.rounds.map(({ liveMs }) => liveMs),
      cell.rounds.map(({ bareMs }) => bareMs),
    )?.median,
  }))
  const worst = worstOf(judged, ({ ratio }) => ratio)
  if (worst?.ratio === undefined) return []
  const within = judged.filter(({ ratio = Number.POSITIVE_INFINITY }) => ratio <= 1.3)
  return [
    {
      target: 'liveConfig at most 30 % slower than the bare parser',
      measured: `${within.length} of ${judged.length} documents; at worst ${times(worst.ratio)} (${worst.name})`,
      met: worst.ratio <= 1.3,
    },
  ]
}

/** What is to be reached, and whether it was: a target that nothing measured is left out. */
export const verdictsOf = (results: Results): readonly Verdict[] =>
  [latencyVerdicts, bursts, scale, stall, imports, sharing, parsing].flatMap((judge) => judge(results))
