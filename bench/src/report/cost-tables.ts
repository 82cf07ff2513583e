import { bare, contenders } from '../contenders/roster.js'
import type { Results, ScaleRound } from '../results.js'
import { spreadOf } from '../statistics.js'
import { bytes, digits, percent } from './figures.js'
import type { Table } from './table.js'

/** What watching one quiet mount costs. */
export const footprintTable = ({ footprint = {} }: Results): Table => {
  const nothing = spreadOf((footprint[bare] ?? []).map(({ rssBytes }) => rssBytes))?.median ?? Number.NaN
  return {
    columns: ['', 'idle CPU, share of a core', 'memory beyond bare Node'],
    rows: [bare, ...contenders.map(({ name }) => name)].map((name) => {
      const rounds = footprint[name] ?? []
      const rss = spreadOf(rounds.map(({ rssBytes }) => rssBytes))
      return [
        name,
        percent(spreadOf(rounds.map(({ idleCpu }) => idleCpu))?.median),
        name === bare ? `(${bytes(rss?.median)})` : bytes(rss && rss.median - nothing),
      ]
    }),
  }
}

/** What installing and importing costs. */
export const importTable = ({ imports = [] }: Results): Table => ({
  columns: ['', 'import, ms', 'installed', 'dependencies, all'],
  rows: imports.map(({ name, rounds, bytes: size, dependencies }) => [
    name,
    digits(spreadOf(rounds)?.median),
    bytes(size),
    `${dependencies}`,
  ]),
})

/** The longest time that one swap of a mebibyte keeps the event loop. */
export const stallTable = ({ stall = [] }: Results): Table => ({
  columns: ['', 'longest stall of a round, ms', 'between', 'median of all swaps, ms'],
  rows: stall.map(({ contender, rounds }) => {
    const longest = spreadOf(rounds.map((swaps) => Math.max(...swaps)))
    return [
      contender,
      digits(longest?.median),
      `${digits(longest?.low)} and ${digits(longest?.high)}`,
      digits(spreadOf(rounds.flat())?.median),
    ]
  }),
})

/** Many mounts in one process. */
export const scaleTable = ({ scale = [] }: Results): Table => ({
  columns: [
    '',
    'mounts',
    'inotify instances',
    'watches',
    'ready, ms',
    'memory per mount',
    'idle CPU',
    'one swaps, ms',
    'all swap, ms (p99)',
  ],
  rows: scale.map(({ contender, mounts, rounds }) => {
    const of = (pick: (round: ScaleRound) => number | undefined): number | undefined =>
      spreadOf(rounds.map(pick))?.median
    return [
      contender,
      `${mounts}`,
      digits(of(({ instances }) => instances)),
      digits(of(({ watches }) => watches)),
      digits(of(({ readyMs }) => readyMs)),
      bytes(of(({ bytesPerMount }) => bytesPerMount)),
      percent(of(({ idleCpu }) => idleCpu)),
      digits(of(({ aloneUs }) => aloneUs / 1000)),
      `${digits(of(({ togetherUs }) => togetherUs / 1000))} (${digits(of(({ togetherP99Us }) => togetherP99Us / 1000))})`,
    ]
  }),
})
