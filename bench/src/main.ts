import { Bench } from './bench.js'
import { endAll } from './child.js'
import { type Flags, readFlags, Refusal } from './flags.js'
import { flawsOf } from './flaws.js'
import { describeMachine } from './machine.js'
import { measurements, parts } from './measurements/all.js'
import { fillPages, readRecord, recordDirectory, tryDirectory, writeResults } from './output.js'
import { fullPlan, type Plan, smokePlan } from './plan.js'
import { missingFor, wholePath } from './programs.js'
import { verdictsOf } from './report/verdicts.js'
import type { Part, Results } from './results.js'

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(0)} s`

const interrupt = (signal: NodeJS.Signals): void => {
  console.error(`interrupted by ${signal}: the record stays as it was`)
  void endAll().finally(() => process.exit(130))
}

const measure = async (plan: Plan, wanted: readonly Part[], rounds: number): Promise<Results> => {
  const machine = describeMachine()
  const startedAt = performance.now()
  const say = (what: string): void => console.log(`${seconds(startedAt).padStart(6)}  ${what}`)
  const bench = new Bench(plan, rounds, say)
  const found: [Part, unknown][] = []
  const resultsOf = (): Results => ({ machine, rounds, ...Object.fromEntries(found) })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupt)
  process.once('exit', () => bench.clear())
  for (const part of wanted) {
    say(part)
    found.push([part, await measurements[part](bench)])
    // A run that ends early has not been for nothing.
    writeResults(tryDirectory, resultsOf())
  }
  await endAll()
  return resultsOf()
}

const tell = (results: Results, directory: string): void => {
  for (const { target, measured, met } of verdictsOf(results))
    console.log(`${met ? 'met   ' : 'missed'}  ${target}: ${measured}`)
  console.log(`figures, tables and plot: ${directory}`)
}

const render = (): void => {
  const results = readRecord()
  writeResults(recordDirectory, results)
  fillPages(results)
  tell(results, recordDirectory)
}

/** Only a whole run is of one machine and one hour: no part of another one may end up in the record. */
const isWhole = ({ only, smoke }: Flags<Part>, rounds: number): boolean =>
  !smoke && only.length === parts.length && rounds >= fullPlan.rounds

const run = async (flags: Flags<Part>): Promise<void> => {
  const path = wholePath(process.env['PATH'])
  const missing = missingFor(flags.only, path)
  if (missing !== undefined) throw new Refusal(missing)
  process.env['PATH'] = path
  const plan = flags.smoke ? smokePlan : fullPlan
  const rounds = flags.rounds ?? plan.rounds
  const results = await measure(plan, flags.only, rounds)
  const isRecord = isWhole(flags, rounds)
  const directory = isRecord ? recordDirectory : tryDirectory
  writeResults(directory, results)
  if (isRecord) fillPages(results)
  tell(results, directory)
  const flaws = flawsOf(results, flags.only)
  if (flaws.length > 0) throw new Refusal(`figures that are none:\n${flaws.join('\n')}`)
}

try {
  const flags = readFlags(process.argv.slice(2), parts)
  if (flags.render) render()
  else await run(flags)
} catch (thrown) {
  console.error(thrown instanceof Refusal ? thrown.message : thrown)
  await endAll()
  process.exitCode = 1
}
