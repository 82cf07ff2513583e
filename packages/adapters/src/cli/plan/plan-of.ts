import type { Config, ListenConfig, ReactionConfig, RunConfig } from '../config/config.js'
import type { Path, Problem } from '../config/problem.js'
import { listOf, maybeMs, msOf, nearSignal, policies, signalNamed } from '../config/values.js'
import type { Argv } from '../../process/spawn.js'
import { actionOf } from './action.js'
import { type Materials, reactionOf as buildReaction } from './build.js'
import { keyIn, patternsIn, scopeOf } from './keys.js'
import { LateChild } from './late-child.js'
import { mountsOf } from './mounts.js'
import {
  type ActionPlan,
  type ChildPlan,
  doesRestart,
  type EnvPlan,
  type ListenPlan,
  type Plan,
  type ReactionPlan,
} from './plan.js'
import { argvOf, orSay, type Say, taking } from './say.js'
import type { Site } from './site.js'
import { tellOf, turnOf } from './together.js'

const defaultTimeoutMs = 30_000
/** What is not our child may come much later than we do: it is asked for at least this often. */
const patience = { max: 30_000 } as const

type Pace = ReactionPlan['pace']

const retryOf = (retry: ReactionConfig['retry'], isPatient: boolean): Pace['retry'] => {
  if (retry === false) return false
  if (retry === undefined) return isPatient ? patience : undefined
  const { attempts } = retry
  const [min, max] = [maybeMs(retry.min), maybeMs(retry.max)]
  return {
    ...(isPatient && patience),
    ...(attempts !== undefined && { attempts }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
  }
}

const paceOf = (reaction: ReactionConfig, hasChild: boolean): Pace => {
  const { initial = !hasChild, breaker } = reaction
  const [cooldown, splay] = [maybeMs(reaction.cooldown), maybeMs(reaction.splay)]
  // What stops the other replicas is over without a word: it is looked at again as often.
  const retry = retryOf(reaction.retry, !hasChild || reaction.oneAtATime !== undefined)
  return {
    ...(initial && { initial }),
    ...(cooldown !== undefined && { cooldown }),
    ...(splay !== undefined && { splay }),
    ...(retry !== undefined && { retry }),
    ...(breaker && { breaker: { max: breaker.max, within: msOf(breaker.within) } }),
  }
}

/** What all reactions have in common. */
interface House {
  readonly say: Say
  readonly problems: readonly Problem[]
  readonly names: readonly string[]
  readonly child: Argv | undefined
}

/** Makes the reaction once: what an adapter refuses is the caller's mistake, before anything is started. */
const tryOut = async (action: ActionPlan, path: Path, materials: Materials, house: House): Promise<void> => {
  // What was refused already is no use to an adapter.
  if (house.problems.some((problem) => path.every((step, at) => problem.path[at] === step))) return
  await orSay(path, house.say, () => buildReaction(action, materials))
}

const reactionOf = async (reaction: ReactionConfig, path: Path, house: House): Promise<ReactionPlan> => {
  const { say, names, child } = house
  const scope = scopeOf(names, reaction.on, [...path, 'on'], say)
  const timeoutMs = maybeMs(reaction.timeout) ?? defaultTimeoutMs
  if (timeoutMs === 0)
    say([...path, 'timeout'], 'no time at all', 'it is for each of check, apply and verify')
  const site: Site = {
    say,
    scope,
    child,
    timeoutMs,
    isInside: false,
    inner: (action, at) => actionOf(action, at, { ...site, isInside: true }),
  }
  const action = await actionOf(reaction, path, site)
  await tryOut(action, path, { timeoutMs, child: child && new LateChild(child), env: undefined }, house)
  const on = patternsIn(scope, reaction.on, [...path, 'on'], say)
  return {
    name: reaction.name,
    mounts: scope.mounts,
    action: { ...action, on },
    timeoutMs,
    turn: await turnOf(reaction, path, say),
    pace: paceOf(reaction, child !== undefined),
  }
}

const envOf = (
  env: RunConfig['env'],
  reactions: readonly ReactionPlan[],
  house: House,
): EnvPlan | undefined => {
  if (env === undefined) return undefined
  const { say, names } = house
  const path = ['run', 'env']
  const [restart, other] = reactions.filter(({ action }) => doesRestart(action))
  if (!restart) say(path, 'it needs a restart', 'the environment of a process is fixed when it starts')
  if (other) say(path, 'two reactions restart the command', 'make one of them')
  const scope = { all: names, mounts: restart?.mounts ?? names }
  if ('dotenv' in env)
    return { kind: 'files', keys: listOf(env.dotenv).map((key) => keyIn(scope, key, path, say)) }
  if (scope.mounts.length > 1)
    say(path, 'keys can be variables of a single mount only', 'say with `on` which one the restart is for')
  return { kind: 'keys' }
}

/** The command's own way to stop gracefully, where a server preset knows it. */
const usualStop = async (reactions: readonly ReactionPlan[]): Promise<NodeJS.Signals> => {
  const deed = reactions.map(({ action }) => action.deed).find(({ kind }) => kind === 'server')
  if (deed?.kind !== 'server' || deed.target?.kind !== 'child') return 'SIGTERM'
  const { presets } = await import('../../servers/presets.js')
  return presets[deed.name].stopSignal
}

const childOf = async (
  config: RunConfig,
  argv: Argv,
  reactions: readonly ReactionPlan[],
  house: House,
): Promise<ChildPlan> => {
  const { stopSignal, grace, restartPolicy = 'never', env } = config
  const named = stopSignal === undefined ? undefined : signalNamed(stopSignal)
  if (stopSignal !== undefined && !named) {
    house.say(['run', 'stopSignal'], `there is no such signal${nearSignal(stopSignal)}`, 'as in: TERM')
  }
  return {
    argv,
    stopSignal: named ?? (await usualStop(reactions)),
    restartPolicy: policies[restartPolicy],
    graceMs: maybeMs(grace),
    env: envOf(env, reactions, house),
  }
}

const addresses = 'as in 9533 (this pod only), :9533 (every address), unix:/run/hotmount.sock'

const listenOf = async (listen: NonNullable<Config['listen']>, say: Say): Promise<ListenPlan> => {
  const given: ListenConfig = typeof listen === 'object' ? listen : { address: listen }
  const { tokenFile, stale } = given
  const address = String(given.address)
  const { placeOf } = await import('../../observe/listen.js')
  await orSay(
    ['listen'],
    (path) => say(path, 'it is no address', addresses),
    () => placeOf(address),
  )
  return { address, tokenFile, staleMs: maybeMs(stale) }
}

/** What was judged: a plan when there are no problems. */
export interface Judged {
  readonly plan: Plan
  readonly problems: readonly Problem[]
}

/** Judges a config that fits the schema, as a whole: all that can be known without starting anything. */
export const planOf = async (config: Config): Promise<Judged> => {
  const { problems, say } = taking()
  const mounts = mountsOf(config, say)
  const { run } = config
  const runConfig: RunConfig | undefined =
    run === undefined || (typeof run === 'object' && 'command' in run) ? run : { command: run }
  const child = runConfig && argvOf(runConfig.command, ['run', 'command'], say)
  const house: House = { say, problems, names: mounts.map(({ name }) => name), child }
  const reactions = await Promise.all(
    config.reactions.map((reaction, at) => reactionOf(reaction, ['reactions', at], house)),
  )
  for (const name of house.names)
    if (reactions.length > 0 && !reactions.some((one) => one.mounts.includes(name)))
      say(['mounts', name], 'no reaction looks at it', `name it in \`on\`: ${name}/*`)
  return {
    problems,
    plan: {
      mounts,
      reactions,
      child: runConfig && child && (await childOf(runConfig, child, reactions, house)),
      listen: config.listen === undefined ? undefined : await listenOf(config.listen, say),
      tell: await tellOf(config, say),
      log: config.log ?? 'auto',
    },
  }
}
