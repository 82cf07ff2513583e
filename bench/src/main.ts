import { Bench } from './bench.js'
import { endAll } from './child.js'
import { readFlags } from './flags.js'
import { flawsOf } from './flaws.js'
import { describeMachine } from './machine.js'
import { measurements, parts } from './measurements/all.js'
import { fillPages, readRecord, recordDirectory, tryDirectory, writeResults } from './output.js'
import { fullPlan, smokePlan } from './plan.js'
import { verdictsOf } from './report/verdicts.js'
import type { Part, Results } from './results.js'

const flags = readFlags(process.argv.slice(2), parts)
const plan = flags.smoke ? smokePlan : fullPlan
const say = (line: string): void => console.log(line)

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(0)} s`

const measure = async (wanted: readonly Part[], rounds: number): Promise<Results> => {
  const bench = new Bench(plan, rounds)
  const startedAt = performance.now()
  const machine = describeMachine()
  const found: [Part, unknown][] = []
  try {
    for (const part of wanted) {
      const partAt = performance.now()
      found.push([part, await measurements[part](bench)])
      say(`${part}: ${seconds(partAt)}, ${seconds(startedAt)} in all`)
    }
  } finally {
    await bench.close()
    await endAll()
  }
  return { machine, rounds, ...Object.fromEntries(found) }
}

const tell = (results: Results, directory: string): void => {
  for (const { target, measured, met } of verdictsOf(results))
    say(`${met ? 'met   ' : 'missed'}  ${target}: ${measured}`)
  say(`figures, tables and plot: ${directory}`)
}

if (flags.render) {
  const results = readRecord()
  writeResults(recordDirectory, results)
  fillPages(results)
  tell(results, recordDirectory)
} else {
  const results = await measure(flags.only, flags.rounds ?? plan.rounds)
  // Only a whole run is of one machine and one hour: no part of another one may end up in the record.
  const isRecord = !flags.smoke && flags.only.length === parts.length && results.rounds >= fullPlan.rounds
  const directory = isRecord ? recordDirectory : tryDirectory
  writeResults(directory, results)
  if (isRecord) fillPages(results)
  tell(results, directory)
  const flaws = flawsOf(results, flags.only)
  for (const flaw of flaws) console.error(flaw)
  if (flaws.length > 0) process.exitCode = 1
}
