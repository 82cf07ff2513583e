import type { Argv } from '../../process/spawn.js'
import type { ActionPlan, DeedPlan } from '../plan/plan.js'

/** Where what is mounted lies, and where what would be mounted does. */
export type Moves = ReadonlyMap<string, string>

/** A word with the mounted path in it, pointing to the candidate. */
const movedWord = (word: string, moves: Moves): string => {
  let moved = word
  for (const [from, to] of moves) {
    const path = from.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
    moved = moved.replaceAll(new RegExp(`(?<![\\w.-])${path}(?=$|[/:,;"'\\s])`, 'g'), to)
  }
  return moved
}

const movedArgv = ([file, ...args]: Argv, moves: Moves): Argv => [
  movedWord(file, moves),
  ...args.map((word) => movedWord(word, moves)),
]

const isMoved = (argv: Argv, moves: Moves): boolean => argv.some((word) => movedWord(word, moves) !== word)

const movedDeed = (deed: DeedPlan, moves: Moves, stagingDirectory: string): DeedPlan => {
  if (deed.kind === 'server') return { ...deed, command: movedArgv(deed.command, moves) }
  if (deed.kind === 'chain')
    return { ...deed, members: deed.members.map((member) => moved(member, moves, stagingDirectory)) }
  // What is staged for a rehearsal must not land beside what is staged in earnest.
  return deed.kind === 'stage' ? { ...deed, into: stagingDirectory } : deed
}

/** An action whose checks read the candidate. */
export const moved = (plan: ActionPlan, moves: Moves, stagingDirectory: string): ActionPlan => ({
  ...plan,
  deed: movedDeed(plan.deed, moves, stagingDirectory),
  check: plan.check ? movedArgv(plan.check, moves) : plan.check,
})

/** What the checks of an action would judge: the candidate, what is mounted in spite of it, or nothing. */
export type Judges = 'candidate' | 'mounted' | 'nothing'

const worst = (all: readonly Judges[]): Judges => {
  if (all.includes('mounted')) return 'mounted'
  return all.includes('candidate') ? 'candidate' : 'nothing'
}

/** What its checks would judge. Without moves, there is only what is mounted, and they judge that. */
export const judges = ({ deed, check }: ActionPlan, moves: Moves): Judges => {
  const byArgv = (argv: Argv): Judges => (moves.size === 0 || isMoved(argv, moves) ? 'candidate' : 'mounted')
  if (check) return byArgv(check)
  if (deed.kind === 'server') return check === false ? 'nothing' : byArgv(deed.command)
  if (deed.kind === 'chain') return worst(deed.members.map((member) => judges(member, moves)))
  if (deed.kind === 'push') return 'candidate'
  if (deed.kind !== 'stage') return 'nothing'
  // What follows a stage is asked once it is published.
  return deed.next ? 'mounted' : 'candidate'
}
