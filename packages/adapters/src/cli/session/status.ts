import type { Observed } from '../../observe/index.js'
import type { ListenPlan } from '../plan/plan.js'

/** Something that serves state. */
interface StatusServer {
  /** Where: `http://127.0.0.1:9533`. */
  readonly address: string
  close(): Promise<void>
}

/** Serves state, by what is loaded only now. @throws UsageError when it cannot listen there */
export const openStatus = async (
  observed: readonly Observed[],
  { address, tokenFile, staleMs }: ListenPlan,
  signal: AbortSignal,
): Promise<StatusServer> => {
  const { serveStatus } = await import('../../observe/index.js')
  return serveStatus(observed, {
    listen: address,
    signal,
    ...(tokenFile !== undefined && { bearerFile: tokenFile }),
    ...(staleMs !== undefined && { stale: staleMs }),
  })
}
