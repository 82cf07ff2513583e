import type { ActionConfig } from '../config/config.js'
import type { Path } from '../config/problem.js'
import type { Argv } from '../../process/spawn.js'
import { deedOf } from './deed.js'
import { patternsIn } from './keys.js'
import type { ActionPlan, DeedPlan, ProofPlan } from './plan.js'
import { proofOf } from './proof.js'
import { argvOf } from './say.js'
import type { Site } from './site.js'

/** Everything that can be done, by the name that says it. */
const deeds = ['server', 'signal', 'command', 'restart', 'webhook', 'push', 'stage', 'chain'] as const

const kindOf = (action: ActionConfig, path: Path, { say }: Site): DeedPlan['kind'] | undefined => {
  const [first, second] = deeds.filter((name) => action[name] !== undefined)
  if (first === undefined) say(path, 'what is to be done?', `say one of: ${deeds.join(', ')}`)
  if (second !== undefined)
    say(
      [...path, second],
      `${first} and ${second} are two things to do`,
      'keep one of them, or put both into a chain',
    )
  return first
}

const checkOf = async (
  { check }: ActionConfig,
  deed: DeedPlan,
  path: Path,
  { say }: Site,
): Promise<Argv | false | undefined> => {
  const at = [...path, 'check']
  if (check === undefined) return undefined
  if (check !== false) {
    if (deed.kind === 'chain' || deed.kind === 'stage')
      say(
        at,
        `${deed.kind} takes none here`,
        deed.kind === 'stage' ? 'put it into stage' : 'give it to a member',
      )
    return argvOf(check, at, say)
  }
  if (deed.kind !== 'server') {
    say(at, 'there is no check to leave out', 'only a server has one of its own')
    return undefined
  }
  const { presets } = await import('../../servers/presets.js')
  if (presets[deed.name].diesOfBadConfig)
    say(
      at,
      `${deed.name} ends when the config it re-reads is bad`,
      'give it a check of its own; who accepts the risk takes the command true',
    )
  return false
}

const refuseProof = (proof: ProofPlan | undefined, deed: DeedPlan, path: Path, { say }: Site): void => {
  const at = [...path, 'verify']
  if (proof === undefined) return
  if (deed.kind === 'chain' || deed.kind === 'stage')
    say(at, `${deed.kind} takes none here`, 'give it to what is done last')
  else if (
    deed.kind !== 'server' &&
    deed.kind !== 'signal' &&
    !['http', 'tcp', 'command'].includes(proof.kind)
  )
    say(at, `only a signal and a server can be proven so`, 'give a URL, or a probe: http, tcp or command')
}

const refuseTarget = ({ to }: ActionConfig, deed: DeedPlan, path: Path, { say }: Site): void => {
  if (to !== undefined && deed.kind !== 'signal' && deed.kind !== 'server')
    say([...path, 'to'], 'nothing is signalled here', 'it belongs to signal or server')
}

/** One thing to do, judged. Whatever is wrong with it is said. */
export const actionOf = async (action: ActionConfig, path: Path, site: Site): Promise<ActionPlan> => {
  const kind = kindOf(action, path, site)
  const deed = kind === undefined ? ({ kind: 'restart' } as const) : await deedOf(kind, action, path, site)
  if (kind === 'restart' && !site.child)
    site.say([...path, 'restart'], 'there is no command to restart', 'name it in run')
  const proof = proofOf(action, [...path, 'verify'], site.timeoutMs, site.say)
  refuseProof(proof, deed, path, site)
  refuseTarget(action, deed, path, site)
  return {
    deed,
    on: site.isInside ? patternsIn(site.scope, action.on, [...path, 'on'], site.say) : undefined,
    check: await checkOf(action, deed, path, site),
    proof,
  }
}
