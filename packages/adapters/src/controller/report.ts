import type { Complaint } from './complaints.js'
import type { Difference } from './difference.js'
import type { WorkloadKind } from './kinds.js'
import type { WaitReason } from './state.js'

/** A workload by name. */
export interface WorkloadName {
  readonly kind: WorkloadKind
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

interface ReportBase {
  readonly workload: WorkloadName
}

/** What happened to one workload. Names and digests, never a value. */
export type RollReport = ReportBase &
  (
    | { readonly outcome: 'adopted' }
    | {
        readonly outcome: 'rolled'
        readonly digest: string
        readonly differences: readonly Difference[]
        /** From the first change that was seen to the write. Milliseconds. */
        readonly waitedMs: number
        /** Nothing was written: it would have rolled. */
        readonly dryRun: boolean
      }
    | { readonly outcome: 'complete'; readonly digest: string; readonly tookMs: number }
    | { readonly outcome: 'stuck'; readonly digest: string }
    | {
        readonly outcome: 'waiting'
        readonly for: WaitReason
        readonly untilMs: number | undefined
        readonly digest: string
        readonly differences: readonly Difference[]
      }
    | {
        readonly outcome: 'failed'
        readonly digest: string
        readonly code: string
        readonly message: string
        readonly hint: string | undefined
        readonly retryInMs: number
      }
    | ({ readonly outcome: 'complaint' } & Complaint)
    | { readonly outcome: 'resumed' }
  )
