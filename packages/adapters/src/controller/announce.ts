import type { EventLog, Happening } from '../kubernetes/event-log.js'
import { apiVersionOf } from '../kubernetes/resources.js'
import { ownNames } from './annotation-names.js'
import { describeDifferences } from './difference.js'
import type { RollReport } from './report.js'
import { workloadTypes } from './workload-types.js'

const plural = (kind: RollReport['workload']['kind']): string => kind.toLowerCase()

/** What `kubectl describe` is to say of a report; undefined: nothing. Names and digests, never a value. */
export const happeningOf = (report: RollReport): Happening | undefined => {
  const { kind, namespace, name } = report.workload
  switch (report.outcome) {
    case 'rolled':
      return report.dryRun
        ? undefined
        : {
            type: 'Normal',
            reason: 'ConfigRolled',
            message: `rolls for ${describeDifferences(report.differences)}; digest ${report.digest}`,
          }
    case 'complete':
      return {
        type: 'Normal',
        reason: 'ConfigApplied',
        message: `every pod runs with digest ${report.digest}`,
      }
    case 'stuck':
      return {
        type: 'Warning',
        reason: 'RolloutStuck',
        message: `the rollout of digest ${report.digest} does not become ready; nothing else of its turn rolls meanwhile`,
      }
    case 'waiting':
      if (report.for === 'approval') {
        const annotated = `kubectl -n ${namespace} annotate --overwrite ${plural(kind)}/${name} ${ownNames.approve}=${report.digest}`
        return {
          type: 'Normal',
          reason: 'RolloutNeedsApproval',
          message: `${describeDifferences(report.differences)} changed; to roll: ${annotated}`,
        }
      }
      if (report.for === 'breaker')
        return {
          type: 'Warning',
          reason: 'RolloutHeld',
          message: `rolled too often: held until its config is steady, or somebody annotates it with a new ${ownNames.release}`,
        }
      return undefined
    case 'failed':
      return {
        type: 'Warning',
        reason: 'RolloutFailed',
        message: `${report.code}: ${report.message}${report.hint === undefined ? '' : `; ${report.hint}`}`,
      }
    case 'complaint':
      return { type: 'Warning', reason: 'BadAnnotation', message: `${report.annotation}: ${report.hint}` }
    case 'resumed':
      return { type: 'Normal', reason: 'PauseEnded', message: 'goes on: its pause is over' }
    case 'adopted':
      break
    // no default
  }
  return undefined
}

const mostQueued = 1000

/** Tells reports as Kubernetes Events, one after the other. What cannot be told is left out: rollouts do not wait. */
export class Announcer {
  readonly #events: EventLog
  readonly #onTrouble: (error: unknown) => void
  #queued = 0
  #tail: Promise<void> = Promise.resolve()

  constructor(events: EventLog, onTrouble: (error: unknown) => void) {
    this.#events = events
    this.#onTrouble = onTrouble
  }

  tell(report: RollReport, signal: AbortSignal): void {
    const happening = happeningOf(report)
    if (!happening || this.#queued >= mostQueued) return
    const { kind, namespace, name, uid } = report.workload
    const about = { apiVersion: apiVersionOf(workloadTypes[kind]), kind, metadata: { namespace, name, uid } }
    this.#queued += 1
    this.#tail = this.#tail
      .then(() => this.#events.tell(about, happening, signal))
      .catch((error: unknown) => {
        if (!signal.aborted) this.#onTrouble(error)
      })
      .finally(() => {
        this.#queued -= 1
      })
  }
}
