import type { Reloader, Report } from '@hotmount/core'
import { same, until } from './expectations.js'

/** Publishes an edit and waits for what the loop reports about it. */
export type Publish = <O extends Report['outcome']>(
  edit: () => Promise<unknown>,
  outcome: O,
) => Promise<Extract<Report, { outcome: O }>>

/** Listens to a loop, so that each edit is followed by the report about it, which must have that outcome. */
export const verdictsOf = (loop: Reloader, signal: AbortSignal): Publish => {
  const reports: Report[] = []
  loop.on('report', (report) => reports.push(report))
  return async <O extends Report['outcome']>(edit: () => Promise<unknown>, outcome: O) => {
    const before = reports.length
    await edit()
    await until(`a report that says ${outcome}`, () => reports.length > before, signal)
    const report = reports[before]
    const why = report && 'error' in report ? `outcome (${report.error.message})` : 'outcome'
    same(report?.outcome, outcome, why)
    return report as Extract<Report, { outcome: O }>
  }
}
