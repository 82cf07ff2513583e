import { type AnyReaction, chain, onKeys, type ReactionContext, type Snapshot } from '@hotmount/core'
import type { Probe } from '../../probe/probe.js'
import type { ProcessRef } from '../../process/process-ref.js'
import type { Argv } from '../../process/spawn.js'
import type { Stage } from '../../stage/stage.js'
import type { LateChild } from './late-child.js'
import type { ActionPlan, DeedPlan, ProofPlan, TargetPlan } from './plan.js'

/** What reactions are made with. */
export interface Materials {
  /** For each stage, in milliseconds. */
  readonly timeoutMs: number
  /** The command that is wrapped. */
  readonly child: LateChild | undefined
  /** The environment of a child that starts anew, judged. @throws InvalidConfigError */
  readonly env: ((snapshot: Snapshot) => NodeJS.ProcessEnv) | undefined
  /** Sees each stage that is made: it can fill its directory before anything starts. */
  readonly onStage?: (stage: Stage) => void
}

const probeOf = async (proof: ProofPlan): Promise<Probe | undefined> => {
  if (proof.kind === 'http') {
    const { httpProbe } = await import('../../probe/http.js')
    const { kind: _, url, ...options } = proof
    return httpProbe(url, options)
  }
  if (proof.kind === 'tcp') {
    const { tcpProbe } = await import('../../probe/tcp.js')
    return tcpProbe(proof.address, { within: proof.within })
  }
  if (proof.kind !== 'command') return undefined
  const { commandProbe } = await import('../../probe/command.js')
  return commandProbe(proof.argv, { within: proof.within })
}

/** What can be proven by a probe alone. */
const verifyBy = async (proof: ProofPlan | undefined): Promise<{ readonly verify?: Probe }> => {
  const verify = proof && (await probeOf(proof))
  return verify ? { verify } : {}
}

const wordOf = (proof: ProofPlan | undefined): 'alive' | 'newWorkers' | undefined =>
  proof?.kind === 'alive' || proof?.kind === 'newWorkers' ? proof.kind : undefined

const processOf = async (
  target: TargetPlan | undefined,
  { child }: Materials,
): Promise<ProcessRef | undefined> => {
  if (target === undefined) return undefined
  if (target.kind === 'child') return child
  if (target.kind === 'pidFile') return (await import('../../process/pid-file.js')).pidFile(target.path)
  const { processMatching, processNamed } = await import('../../process/process-ref.js')
  return target.kind === 'process' ? processNamed(target.name) : processMatching(new RegExp(target.pattern))
}

const serverOf = async (
  { name, command, target, facts }: DeedPlan & { readonly kind: 'server' },
  { check, proof }: ActionPlan,
  materials: Materials,
): Promise<AnyReaction> => {
  const { presets } = await import('../../servers/presets.js')
  const process = await processOf(target, materials)
  const verify = wordOf(proof) ?? (proof?.kind === 'none' ? false : proof && (await probeOf(proof)))
  // Who says where it answers, and not which process it is, does not share its process namespace.
  const byPost = facts.url !== undefined && facts.reload === undefined && !process
  return presets[name].reaction(command, {
    ...facts,
    ...(byPost && { reload: 'post' }),
    ...(process && { process }),
    ...(verify !== undefined && { verify }),
    ...(check !== undefined && { check }),
  })
}

const signalOf = async (
  { signal: name, target }: DeedPlan & { readonly kind: 'signal' },
  { check, proof }: ActionPlan,
  materials: Materials,
): Promise<AnyReaction> => {
  const { signal } = await import('../../process/signal.js')
  const process = await processOf(target, materials)
  const probe = proof && (await probeOf(proof))
  if (!process) throw new Error('a signal without a target')
  // Without a probe there is still one thing to prove: that the target did not die of it.
  const verify = probe ?? (proof?.kind === 'none' ? undefined : (wordOf(proof) ?? 'alive'))
  return signal(process, name, { ...(verify && { verify }), ...(check && { check }) })
}

/** A check by a command, before whatever check there is already. */
const checked = (reaction: AnyReaction, argv: Argv, timeoutMs: number): AnyReaction => ({
  ...reaction,
  check: async (snapshot: Snapshot, context: ReactionContext) => {
    const { runCheck } = await import('../../process/check.js')
    await reaction.check?.(snapshot, context)
    await runCheck(reaction.name, { argv, timeoutMs }, snapshot, context)
  },
})

const requestOf = async (
  deed: DeedPlan & { readonly kind: 'webhook' | 'push' },
  proof: ProofPlan | undefined,
): Promise<AnyReaction> => {
  const verify = await verifyBy(proof)
  if (deed.kind === 'webhook') {
    const { webhook } = await import('../../http/webhook.js')
    return webhook(deed.url, { ...deed.request, ...verify })
  }
  const { push } = await import('../../http/push.js')
  return push(deed.key, deed.url, { ...deed.request, ...verify, readBack: deed.readBack })
}

const restartOf = async (
  { check, proof }: ActionPlan,
  { child, env, timeoutMs }: Materials,
): Promise<AnyReaction> => {
  if (!child) throw new Error('a restart without a child')
  const reaction = child.restart({ ...(env && { env }), ...(await verifyBy(proof)) })
  const judged: AnyReaction = env
    ? { ...reaction, check: (snapshot: Snapshot) => void env(snapshot) }
    : reaction
  return check ? checked(judged, check, timeoutMs) : judged
}

/** The words of a check, for one directory. */
export const within = ([file, ...args]: Argv, directory: string): Argv => {
  const named = (word: string): string => word.replaceAll('{directory}', directory)
  return [named(file), ...args.map(named)]
}

const stageOf = async (
  { into, keep, check, render, next }: DeedPlan & { readonly kind: 'stage' },
  materials: Materials,
): Promise<AnyReaction> => {
  const { eta, stage } = await import('../../stage/index.js')
  const follow = next && (await reactionOf(next, materials))
  const made = stage(
    {
      into,
      ...(keep !== undefined && { keep }),
      ...(check && { check: (directory) => within(check, directory) }),
      ...(render && {
        render: Object.fromEntries(Object.entries(render).map(([file, source]) => [file, eta(source)])),
      }),
    },
    follow,
  )
  materials.onStage?.(made)
  return made
}

const deedOf = async (plan: ActionPlan, materials: Materials): Promise<AnyReaction> => {
  const { deed, check, proof } = plan
  const { timeoutMs } = materials
  if (deed.kind === 'server') return serverOf(deed, plan, materials)
  if (deed.kind === 'signal') return signalOf(deed, plan, materials)
  if (deed.kind === 'restart') return restartOf(plan, materials)
  if (deed.kind === 'stage') return stageOf(deed, materials)
  if (deed.kind === 'chain') {
    const members: AnyReaction[] = []
    for (const member of deed.members) members.push(await reactionOf(member, materials))
    return chain(...members)
  }
  if (deed.kind === 'command') {
    const { command } = await import('../../process/command.js')
    const options = { ...(check && { check }), ...(await verifyBy(proof)), timeout: timeoutMs }
    return command(deed.argv, options)
  }
  const reaction = await requestOf(deed, proof)
  return check ? checked(reaction, check, timeoutMs) : reaction
}

/** The reaction of a plan. What it needs is loaded here, and nothing else. @throws UsageError */
export const reactionOf = async (plan: ActionPlan, materials: Materials): Promise<AnyReaction> => {
  const reaction = await deedOf(plan, materials)
  return plan.on ? onKeys(plan.on, reaction) : reaction
}
