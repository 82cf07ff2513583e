import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Mount, type Snapshot, UsageError } from '@hotmount/core'
import { actingPlan } from './act.js'
import { type Args, readArgs } from './args.js'
import { checkFlags } from './check-page.js'
import { childEnv } from './child-env.js'
import type { ConfigFlag } from './config-from.js'
import { exitCodes } from './exit-codes.js'
import { either } from './flags.js'
import type { Io } from './io.js'
import { jsonLine } from './log.js'
import { keysIn, type Keys, rehearse, type Step } from './manifest/projected.js'
import { readSource } from './manifest/source.js'
import { paintFor } from './paint.js'
import { reactionOf } from './plan/build.js'
import { LateChild } from './plan/late-child.js'
import type { Plan, ReactionPlan } from './plan/plan.js'
import { judges, moved, type Moves } from './rehearsal/moved.js'
import { type Finding, findingText } from './rehearsal/finding.js'
import { codeOf, verdictOn } from './rehearsal/verdict.js'
import { closeAll, openMounts } from './session/groups.js'
import { hideAll, hideOthers } from './session/hidden.js'

type CheckFlag = ConfigFlag | 'candidate' | 'name'

const bad = (message: string, hint?: string): UsageError => new UsageError('BAD_OPTION', message, { hint })

const example = 'hotmount check --mount /etc/nginx --candidate new.yaml --server nginx -- nginx'

/** What would be mounted, by the name of the mount. @throws UsageError, MountError */
const candidatesFrom = async (
  args: Args<CheckFlag>,
  { mounts }: Plan,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Keys>> => {
  const names = mounts.map(({ name }) => name)
  const found = new Map<string, Keys>()
  for (const given of args.all('candidate')) {
    const [, name, path] = /^([\w.-]+)=(.+)$/s.exec(given) ?? []
    const [only] = names
    if (name === undefined && names.length > 1)
      throw bad(
        '--candidate: for which mount is not said',
        `write NAME=PATH, NAME being one of: ${names.join(', ')}`,
      )
    const mount = name ?? only ?? ''
    if (!names.includes(mount))
      throw bad(`--candidate: there is no mount ${mount}`, `there are: ${names.join(', ')}`)
    if (found.has(mount)) throw bad(`--candidate: two for the mount ${mount}`, 'keep one of them')
    found.set(mount, await readSource(path ?? given, args.one('name'), signal))
  }
  return found
}

/** A rehearsal of all reactions that look at the same mounts. */
class Rehearsing {
  readonly #plan: Plan
  readonly #mounts: ReadonlyMap<string, Mount>
  readonly #candidates: ReadonlyMap<string, Keys>
  readonly #io: Io

  constructor(plan: Plan, mounts: ReadonlyMap<string, Mount>, candidates: ReadonlyMap<string, Keys>, io: Io) {
    this.#plan = plan
    this.#mounts = mounts
    this.#candidates = candidates
    this.#io = io
  }

  #steps(names: readonly string[]): ReadonlyMap<string, Step> {
    const isRehearsed = this.#candidates.size > 0
    return new Map(
      this.#plan.mounts.flatMap(({ name, options: { keys } }) => {
        const mount = this.#mounts.get(name)
        if (!mount || !names.includes(name)) return []
        const now = keysIn(mount)
        const after = this.#candidates.get(name) ?? now
        return [[name, { before: isRehearsed ? now : {}, after, options: keys ? { keys } : {} }] as const]
      }),
    )
  }

  async of(names: readonly string[], reactions: readonly ReactionPlan[]): Promise<Finding> {
    await using rehearsal = await rehearse(this.#steps(names))
    const { change, paths } = rehearsal
    const moves: Moves = new Map(
      this.#plan.mounts.flatMap(({ name, path }) => {
        const to = paths.get(name)
        return to !== undefined && this.#candidates.has(name) ? [[resolve(path), to] as const] : []
      }),
    )
    const staging = await mkdtemp(join(tmpdir(), 'hotmount-check-'))
    try {
      const { signal } = this.#io
      const verdicts = []
      for (const reaction of reactions) {
        const { action, timeoutMs, name } = reaction
        const { child } = this.#plan
        const made = await reactionOf(moved(action, moves, join(staging, 'staged')), {
          timeoutMs,
          child: child && new LateChild(child.argv),
          env: this.#env(),
        })
        const subject = action.deed.kind === 'restart' && child?.env ? 'candidate' : judges(action, moves)
        verdicts.push(
          await verdictOn(name === undefined ? made : { ...made, name }, change, subject, timeoutMs, signal),
        )
      }
      const none: readonly string[] = []
      const { added, changed, removed } = change ?? { added: none, changed: none, removed: none }
      return { mounts: names, added, changed, removed, reactions: verdicts }
    } finally {
      await rm(staging, { recursive: true, force: true })
    }
  }

  /** The environment as a check would judge it. What runs now is not asked. */
  #env(): ((snapshot: Snapshot) => NodeJS.ProcessEnv) | undefined {
    const env = this.#plan.child?.env
    return env && ((snapshot) => childEnv(env, snapshot, this.#io.env).later(snapshot))
  }
}

const rehearseAll = async (plan: Plan, rehearsing: Rehearsing): Promise<readonly Finding[]> => {
  const groups = new Map<string, ReactionPlan[]>()
  for (const reaction of plan.reactions) {
    const name = reaction.mounts.join('\n')
    groups.set(name, [...(groups.get(name) ?? []), reaction])
  }
  const findings: Finding[] = []
  for (const [names, reactions] of groups) findings.push(await rehearsing.of(names.split('\n'), reactions))
  return findings
}

/** `hotmount check`. @throws UsageError, MountError */
export const check = async (argv: readonly string[], io: Io): Promise<number> => {
  const args: Args<CheckFlag> = readArgs(argv, checkFlags, {
    env: io.env,
    either,
    refuseWord: (word) => bad(`a word too many: ${JSON.stringify(word)}`, `as in: ${example}`),
  })
  const { plan, print } = await actingPlan(args, {
    name: args.command === undefined ? 'sidecar' : 'run',
    wraps: args.command === undefined ? 'maybe' : 'always',
    example,
    deeds: '--server nginx, --signal HUP, --restart, --reload-command CMD, --webhook URL',
  })
  if (args.has('print-config')) {
    io.stdout.write(await print())
    return exitCodes.ok
  }
  const candidates = await candidatesFrom(args, plan, io.signal)
  const mounts = await openMounts(plan.mounts, io.signal)
  const hasOneGroup = plan.reactions.every((one) => one.mounts.length === plan.mounts.length)
  const show = await hideOthers(plan.mounts, mounts, hasOneGroup, io.signal)
  // A check may quote keys of a candidate that nobody looks at here.
  const isPartial = candidates.size > 0 && (!hasOneGroup || plan.mounts.some(({ options }) => options.keys))
  const showAll = isPartial ? hideAll() : undefined
  try {
    const findings = await rehearseAll(plan, new Rehearsing(plan, mounts, candidates, io))
    io.stdout.write(
      args.has('json')
        ? jsonLine({ candidate: candidates.size > 0, groups: findings })
        : findingText(findings, candidates.size > 0, paintFor(io.stdout, io.env)),
    )
    return codeOf(findings.flatMap(({ reactions }) => reactions))
  } finally {
    showAll?.()
    await show()
    await closeAll(mounts.values())
  }
}
