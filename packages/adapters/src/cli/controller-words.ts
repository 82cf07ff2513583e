import { describeDifferences } from '../controller/difference.js'
import { workloadId } from '../controller/kinds.js'
import type { RollReport } from '../controller/report.js'
import type { Entry } from './log.js'

const reasons: Readonly<Record<Extract<RollReport, { outcome: 'waiting' }>['for'], string>> = {
  annotation: 'until an annotation is mended',
  coalesce: 'for more changes',
  pause: 'for its pause to end',
  breaker: 'held: it rolled too often; until its config is steady or a person releases it',
  approval: 'for approval',
  window: 'for its window of time',
  rate: 'as it rolled often enough for now',
  turn: 'for its turn',
  retry: 'for the next try',
}

const levelOf = (report: RollReport): Entry['level'] => {
  if (report.outcome === 'failed') return 'error'
  if (report.outcome === 'waiting') return ['breaker', 'annotation'].includes(report.for) ? 'warn' : 'info'
  return report.outcome === 'stuck' || report.outcome === 'complaint' ? 'warn' : 'info'
}

const textOf = (report: RollReport): string => {
  switch (report.outcome) {
    case 'adopted':
      return 'its config is noted, nothing is rolled'
    case 'rolled':
      return `${report.dryRun ? 'would roll' : 'rolls'} for ${describeDifferences(report.differences)}`
    case 'complete':
      return `every pod runs with ${report.digest} after ${(report.tookMs / 1000).toFixed(1)} s`
    case 'stuck':
      return `the rollout of ${report.digest} does not become ready`
    case 'waiting':
      return `waits ${reasons[report.for]}: ${describeDifferences(report.differences)}`
    case 'failed':
      return `could not be written: ${report.message}`
    case 'complaint':
      return `the annotation ${report.annotation} cannot be used`
    case 'resumed':
      break
    // no default
  }
  return 'goes on: a pause that was left behind is over'
}

/** One report as a log entry. Names and digests, never a value. */
export const entryOf = (report: RollReport): Entry => {
  const { workload, outcome, ...rest } = report
  const id = workloadId(workload)
  const hint = 'hint' in report ? report.hint : undefined
  return {
    level: levelOf(report),
    msg: `workload ${outcome}`,
    text: `${workload.namespace}/${id} ${textOf(report)}`,
    hint,
    fields: {
      namespace: workload.namespace,
      workload: id,
      ...Object.fromEntries(Object.entries(rest).filter(([name]) => name !== 'hint')),
    },
  }
}
