import type { Results, StormRound } from '../results.js'
import { ratioOf, spreadOf } from '../statistics.js'
import { digits, timesWithin } from './figures.js'
import type { Table } from './table.js'

const by = { hotmount: 'hotmount', signal: '`SIGHUP` for each event' } as const

/** nginx in a storm of swaps: medians over the rounds. */
export const stormTable = ({ storm = [] }: Results): Table => ({
  columns: [
    'reloaded by',
    'swaps',
    'reloads',
    'most workers',
    'workers in the end',
    'requests',
    'failed',
    'last one served after, ms',
    'proven after, ms',
  ],
  rows: storm.map(({ by: who, rounds }) => {
    const of = (pick: (round: StormRound) => number | undefined): string =>
      digits(spreadOf(rounds.map(pick))?.median)
    return [
      by[who],
      of(({ swaps }) => swaps),
      of(({ reloads }) => reloads),
      of(({ mostWorkers }) => mostWorkers),
      of(({ workers }) => workers),
      of(({ fast, slow }) => fast + slow),
      digits(rounds.reduce((sum, { failed }) => sum + failed, 0)),
      of(({ servedMs }) => servedMs),
      of(({ verifiedMs }) => verifiedMs),
    ]
  }),
})

/** A live config against the parser alone. */
export const parsingTable = ({ parsing = [] }: Results): Table => ({
  columns: ['', 'size, KB', 'parser alone, ms', 'liveConfig, ms', 'ratio (rounds)'],
  rows: parsing.map(({ format, bytes, rounds }) => [
    format === 'json' ? 'JSON' : 'YAML',
    `${bytes / 1000}`,
    digits(spreadOf(rounds.map(({ bareMs }) => bareMs))?.median),
    digits(spreadOf(rounds.map(({ liveMs }) => liveMs))?.median),
    timesWithin(
      ratioOf(
        rounds.map(({ liveMs }) => liveMs),
        rounds.map(({ bareMs }) => bareMs),
      ),
    ),
  ]),
})
