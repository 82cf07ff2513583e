import type { Machine } from '../machine.js'
import type { Results } from '../results.js'
import { burstTable } from './burst-table.js'
import { footprintTable, importTable, scaleTable, stallTable } from './cost-tables.js'
import { closeTable, cpuTable, guaranteeTable, latencyTable } from './latency-tables.js'
import { summaryOf } from './summary.js'
import { type Table, toMarkdown } from './table.js'
import { parsingTable, stormTable } from './use-tables.js'
import { verdictsOf } from './verdicts.js'

const describe = (
  { processor, cores, memoryGiB, kernel, node, filesystem, load }: Machine,
  rounds: number,
): string =>
  `${processor}, ${cores} cores, ${memoryGiB} GiB; Linux ${kernel}, Node ${node}; volumes on ${filesystem}; ` +
  `${rounds} rounds; load average at the start ${load}.`

const verdictTable = (results: Results): Table => ({
  columns: ['target', 'measured', ''],
  rows: verdictsOf(results).map(({ target, measured, met }) => [
    target,
    measured,
    met ? 'met' : '**missed**',
  ]),
})

const table =
  (make: (results: Results) => Table) =>
  (results: Results): string =>
    toMarkdown(make(results))

/** Everything that a page may show, by name. */
export const blocks: Readonly<Record<string, (results: Results) => string>> = {
  machine: ({ machine, rounds }) => describe(machine, rounds),
  summary: (results) =>
    summaryOf(results)
      .map((line) => `- ${line}`)
      .join('\n'),
  verdicts: table(verdictTable),
  latency: table(latencyTable),
  'close-p50': table((results) => closeTable(results, 'p50Us')),
  'close-p99': table((results) => closeTable(results, 'p99Us')),
  'close-cpu': table((results) => closeTable(results, 'cpuUs')),
  guarantees: table(guaranteeTable),
  cpu: table(cpuTable),
  bursts: table(burstTable),
  footprint: table(footprintTable),
  imports: table(importTable),
  scale: table(scaleTable),
  stall: table(stallTable),
  storm: table(stormTable),
  parsing: table(parsingTable),
}
