import { reload, type Reloader, type ReloadOptions, type Snapshot } from '@hotmount/core'
import type { Stage } from '../../stage/stage.js'
import { announceMount, reportEntry } from '../announce.js'
import type { ChildEnv } from '../child-env.js'
import { exitCodes, interruptedCode } from '../exit-codes.js'
import type { Io } from '../io.js'
import type { Log } from '../log.js'
import { stageMs } from '../plan/together.js'
import { reactionOf } from '../plan/build.js'
import { LateChild } from '../plan/late-child.js'
import { type ChildPlan, doesRestart, type Plan, type ReactionPlan } from '../plan/plan.js'
import type { Cluster } from './cluster.js'
import { closeAll, type Group, Groups, openMounts } from './groups.js'
import { hideOthers } from './hidden.js'
import type { Observed } from '../../observe/index.js'
import { openStatus } from './status.js'

/** One loop before it begins: what ran before is what the mount held then. */
interface Part {
  readonly plan: ReactionPlan
  readonly group: Group
  readonly start: Snapshot
}

const loopOptions = ({ plan }: Part, applied: Snapshot): ReloadOptions => ({
  ...plan.pace,
  timeout: stageMs(plan),
  ...(plan.pace.initial !== true && { applied }),
})

/** Resolves when the signal aborts. */
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** Everything that runs because of one plan, from its start to its end. */
class Session {
  readonly #plan: Plan
  readonly #io: Io
  readonly #log: Log
  /** What ends it, last in first out. */
  readonly #undo: (() => unknown)[] = []
  #cluster: Cluster | undefined

  constructor(plan: Plan, io: Io, log: Log) {
    this.#plan = plan
    this.#io = io
    this.#log = log
  }

  async run(): Promise<number> {
    try {
      return await this.#run()
    } finally {
      for (const each of this.#undo.toReversed()) await each()
    }
  }

  async #run(): Promise<number> {
    const { signal } = this.#io
    await this.#findCluster()
    const mounts = await openMounts(this.#plan.mounts, signal)
    this.#undo.push(() => closeAll(mounts.values()))
    const groups = new Groups(mounts)
    const parts = this.#plan.reactions.map((plan): Part => {
      const group = groups.of(plan.mounts)
      return { plan, group, start: group.mount.snapshot }
    })
    this.#undo.push(() => closeAll(groups.made.map(({ mount }) => mount)))
    this.#undo.push(await hideOthers(this.#plan.mounts, mounts, groups.made.length === 1, signal))
    if (signal.aborted) return interruptedCode(signal.reason)
    for (const { mount } of groups.made) announceMount(mount, this.#log)
    const { child } = this.#plan
    return child ? this.#besideChild(child, parts, groups) : this.#alone(parts, groups)
  }

  /** Whoever asks for nothing of it loads nothing of it. */
  async #findCluster(): Promise<void> {
    const { tell, reactions } = this.#plan
    if (!tell && !reactions.some(({ turn }) => turn)) return
    const { Cluster: Made } = await import('./cluster.js')
    const cluster = await Made.open(this.#io.env, this.#log)
    this.#cluster = cluster
    this.#undo.push(() => cluster.close())
  }

  /** Reactions to something that is not ours, until we are told to end. */
  async #alone(parts: readonly Part[], groups: Groups): Promise<number> {
    const { signal } = this.#io
    const begin = await this.#prepare(parts, groups, undefined, undefined)
    await begin()
    await aborted(signal)
    return exitCodes.ok
  }

  /** The child from its start to its end, kept in step with the mounts. */
  async #besideChild(plan: ChildPlan, parts: readonly Part[], groups: Groups): Promise<number> {
    const { foregroundOf, startChild } = await import('./child.js')
    const env = await this.#envOf(plan, parts)
    const late = new LateChild(plan.argv)
    const begin = await this.#prepare(parts, groups, late, env)
    const foreground = await foregroundOf(this.#plan.reactions)
    const { signal } = this.#io
    if (signal.aborted) return interruptedCode(signal.reason)
    const child = startChild(plan, foreground, env, this.#io, this.#log)
    late.is(child)
    child.forward()
    const stop = (): void => void child.stop()
    signal.addEventListener('abort', stop, { once: true })
    try {
      await begin()
      return await child.exited
    } finally {
      signal.removeEventListener('abort', stop)
      await child.stop()
    }
  }

  async #envOf(plan: ChildPlan, parts: readonly Part[]): Promise<ChildEnv | undefined> {
    const part = parts.find((one) => doesRestart(one.plan.action))
    if (!plan.env || !part) return undefined
    const { childEnv } = await import('../child-env.js')
    return childEnv(plan.env, part.start, this.#io.env)
  }

  /** Makes all reactions; nothing acts before the returned function is called. */
  async #prepare(
    parts: readonly Part[],
    groups: Groups,
    child: LateChild | undefined,
    env: ChildEnv | undefined,
  ): Promise<() => Promise<void>> {
    const starts: (() => [Group, Reloader])[] = []
    for (const part of parts) {
      const { plan, group, start } = part
      const stages: Stage[] = []
      const onStage = (stage: Stage): void => void stages.push(stage)
      const made = await reactionOf(plan.action, {
        timeoutMs: plan.timeoutMs,
        child,
        env: env?.later,
        onStage,
      })
      const named = plan.name === undefined ? made : { ...made, name: plan.name }
      const reaction = this.#cluster?.inTurn(named, plan) ?? named
      const [stage] = stages
      const brought = await stage?.bringUp(start, { signal: this.#io.signal })
      starts.push(() => [group, reload(group.mount, reaction, loopOptions(part, brought?.applied ?? start))])
    }
    return async () => {
      const loops = starts.map((start) => start())
      for (const [, loop] of loops) loop.on('report', (report) => this.#log(reportEntry(report)))
      this.#tell(loops)
      await this.#serve(
        groups.made.map((group) => ({
          name: group.name,
          mount: group.mount,
          loops: loops.flatMap(([of, loop]) => (of === group ? [loop] : [])),
        })),
      )
    }
  }

  #tell(loops: readonly (readonly [Group, Reloader])[]): void {
    for (const [at, [{ mount }, loop]] of loops.entries())
      this.#cluster?.add(loop, mount, this.#plan.tell, at)
  }

  async #serve(observed: readonly Observed[]): Promise<void> {
    const { listen } = this.#plan
    if (!listen) return
    const server = await openStatus(observed, listen, this.#io.signal)
    this.#undo.push(() => server.close())
    this.#log({
      level: 'info',
      msg: 'serving state',
      text: `state is served on ${server.address}`,
      fields: { address: server.address },
    })
  }
}

/**
 * Runs a plan to its end: when the child has ended, or without one, when we are told to.
 *
 * @throws MountError, InvalidConfigError: then nothing was started
 */
export const runPlan = (plan: Plan, io: Io, log: Log): Promise<number> => new Session(plan, io, log).run()
