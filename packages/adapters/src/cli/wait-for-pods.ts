import type { Args } from './args.js'
import { podsOf, withCluster } from './cluster.js'
import type { ClusterFlag } from './cluster-flags.js'
import type { Io } from './io.js'

/** What all pods are waited for. */
export interface WantedOfPods {
  readonly selector: string
  readonly digest: string
  readonly least: number | undefined
  readonly timeoutMs: number
}

/** Waits until every pod has applied it, and tells on a terminal how far they are. @throws UsageError, ReactionError */
export const waitForPods = async (
  args: Args<ClusterFlag>,
  { selector, digest, least, timeoutMs }: WantedOfPods,
  { env, signal, stderr }: Io,
): Promise<{ readonly where: string; readonly why: string | undefined }> => {
  const { waitForFleet } = await import('../kubernetes/wait-for-fleet.js')
  const limit = AbortSignal.timeout(timeoutMs)
  const where = `the pods of ${selector}`
  let last: string | undefined
  try {
    await withCluster(args, env, (client) =>
      waitForFleet(client, {
        ...podsOf(args, selector, AbortSignal.any([signal, limit])),
        digest,
        ...(least !== undefined && { least }),
        onProgress: (standing) => {
          if (standing.isDone || standing.because === last) return
          last = standing.because
          if (stderr.isTTY) stderr.write(`${last}\n`)
        },
      }),
    )
    return { where, why: undefined }
  } catch (thrown) {
    if (signal.aborted || !limit.aborted || thrown !== limit.reason) throw thrown
    return { where, why: last ?? 'the API server has not told of them' }
  }
}
