/** What an HAProxy master counts. */
export interface Count {
  /** Reloads, failed ones too. */
  readonly reloads: number
  /** Failed ones since the last that succeeded. */
  readonly failed: number
  /** Pids of workers that run the newest config. */
  readonly newest: readonly number[]
}

const count = (
  master: readonly [reloads: string | undefined, failed: string | undefined],
  workers: Iterable<RegExpMatchArray>,
): Count | undefined => {
  const [reloads, failed] = master.map(Number)
  if (reloads === undefined || failed === undefined || !Number.isInteger(reloads + failed)) return undefined
  // A worker that has lived through a reload says so in its own count.
  const newest = [...workers].flatMap(([, pid, age]) => (age === '0' ? [Number(pid)] : []))
  return { reloads, failed, newest }
}

/** From the answer to `show proc`. Before 2.7 it has no `[failed: …]` in some builds; then 0. */
export const countInProc = (text: string): Count | undefined => {
  const [, reloads, , failed = '0'] = /^\d+\s+master\s+(\d+)(\s+\[failed: (\d+)\])?/m.exec(text) ?? []
  return count([reloads, failed], text.matchAll(/^(\d+)\s+worker\s+(\d+)/gm))
}

/** From HAPROXY_PROCESSES in the master's environment, which it hands to itself when it re-executes. */
export const countInEnviron = (environ: string): Count | undefined => {
  const [, list] = /(?:^|\0)HAPROXY_PROCESSES=([^\0]*)/.exec(environ) ?? []
  if (list === undefined) return undefined
  const [, reloads, failed] = /\|type=m;[^|]*?;reloads=(\d+);failedreloads=(\d+);/.exec(list) ?? []
  return count([reloads, failed], list.matchAll(/\|type=w;[^|]*?;pid=(\d+);reloads=(\d+);/g))
}

/**
 * What became of the reload since `before`. The count of reloads goes up before the config is read, so that alone
 * says nothing: a worker that was not there before, or one more failure, does.
 */
export const outcomeOf = (before: Count, now: Count): 'silent' | 'taken' | 'refused' => {
  if (now.reloads <= before.reloads) return 'silent'
  if (now.failed === 0 && now.newest.some((pid) => !before.newest.includes(pid))) return 'taken'
  return now.failed > before.failed ? 'refused' : 'silent'
}
