import type { Config, ReactionConfig, TurnConfig } from '../config/config.js'
import type { Path } from '../config/problem.js'
import { maybeMs } from '../config/values.js'
import type { ReactionPlan, TellPlan, TurnPlan } from './plan.js'
import { orSay, type Say } from './say.js'

/** Twenty replicas of half a minute each. */
const defaultWaitMs = 600_000
/** The longest time that a loop takes. */
const longestMs = 2 ** 31 - 1

/** The lease of a reaction that waits for its turn, judged. */
export const turnOf = async (
  { oneAtATime }: ReactionConfig,
  path: Path,
  say: Say,
): Promise<TurnPlan | undefined> => {
  if (oneAtATime === undefined) return undefined
  const at = [...path, 'oneAtATime']
  const given: TurnConfig = typeof oneAtATime === 'object' ? oneAtATime : { lease: oneAtATime }
  const { lease, namespace } = given
  const [durationMs, retryMs] = [maybeMs(given.duration), maybeMs(given.retry)]
  const waitMs = maybeMs(given.wait) ?? defaultWaitMs
  if (waitMs === 0) say([...at, 'wait'], 'no time at all', 'it is how long one try waits for its turn')
  await orSay(at, say, async () => {
    // Only here: who asks for no turn loads nothing of it.
    const { batonSettings } = await import('../../kubernetes/baton-options.js')
    const { leaseSettings } = await import('../../kubernetes/lease-settings.js')
    leaseSettings({
      ...batonSettings({ lease, pod: 'pod' }).lease,
      ...(durationMs !== undefined && { duration: durationMs }),
      ...(retryMs !== undefined && { retry: retryMs }),
    })
  })
  return { lease, namespace, waitMs, durationMs, retryMs }
}

/** How long a stage of the loop may take: its own time, and before it the wait. */
export const stageMs = ({ timeoutMs, turn }: ReactionPlan): number =>
  // The wait for a turn ends at nine tenths of a stage at the latest.
  turn ? Math.min(Math.ceil((turn.waitMs + timeoutMs) / 0.9), longestMs) : timeoutMs

/** What the cluster is told, judged: loops of one pod need names that tell them apart. */
export const tellOf = async (
  { report = false, reactions }: Config,
  say: Say,
): Promise<TellPlan | undefined> => {
  if (report === false) return undefined
  const { events = true, annotate = true } = report === true ? {} : report
  if (!events && !annotate)
    say(['report'], 'neither Events nor annotations', 'leave it out, or keep one of them')
  if (reactions.length === 1) return { events, annotate, names: [undefined] }
  const { podAnnotations } = await import('../../kubernetes/pod-notes.js')
  const names = reactions.map(({ name }) => name)
  for (const [at, name] of names.entries()) {
    const path = ['reactions', at, ...(name === undefined ? [] : ['name'])]
    const hint = 'annotations of the pod end in it, as in hotmount.dev/applied-digest-tls'
    if (name === undefined) say(path, 'to report, each of several reactions needs a name', hint)
    else if (names.indexOf(name) < at) say(path, 'to report, each reaction needs a name of its own', hint)
    else await orSay(path, say, () => podAnnotations(name))
  }
  return { events, annotate, names }
}
