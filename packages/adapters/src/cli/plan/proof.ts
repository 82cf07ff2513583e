import type { ActionConfig, ProbeConfig } from '../config/config.js'
import type { Path } from '../config/problem.js'
import { maybeMs } from '../config/values.js'
import type { ProofPlan } from './plan.js'
import { argvOf, type Say } from './say.js'

/** What a probe leaves of its stage, in milliseconds: a child must have stayed for a second before it is asked. */
const marginMs = 2000

/** How long a probe may ask when nothing else is said. */
const usualWithin = (stageMs: number): number => Math.max(stageMs - marginMs, stageMs / 2)

const byWord = (word: string, within: number): ProofPlan => {
  if (word === 'alive') return { kind: 'alive' }
  return word === 'new-workers' ? { kind: 'newWorkers' } : { kind: 'http', url: word, within }
}

const ofProbe = (probe: ProbeConfig, path: Path, stageMs: number, say: Say): ProofPlan => {
  const usual = usualWithin(stageMs)
  if (typeof probe === 'string') return byWord(probe, usual)
  const within = maybeMs(probe.within) ?? usual
  if (within === 0) say([...path, 'within'], 'no time at all')
  if ('tcp' in probe) return { kind: 'tcp', address: probe.tcp, within }
  if ('command' in probe)
    return { kind: 'command', argv: argvOf(probe.command, [...path, 'command'], say), within }
  const { http: url, status, body, times } = probe
  return {
    kind: 'http',
    url,
    within,
    ...(status !== undefined && { status }),
    ...(body !== undefined && { body }),
    ...(times !== undefined && { times }),
  }
}

/** What proves an action. */
export const proofOf = (
  { verify }: ActionConfig,
  path: Path,
  stageMs: number,
  say: Say,
): ProofPlan | undefined => {
  if (verify === undefined) return undefined
  return verify === false ? { kind: 'none' } : ofProbe(verify, path, stageMs, say)
}
