import type { Snapshot } from '@hotmount/core'
import { envOf } from '../env/env-of.js'
import type { Io } from './io.js'
import type { EnvPlan } from './plan/plan.js'

/** The environment of a child, from what is mounted. */
export interface ChildEnv {
  /** The whole environment of the first child. */
  readonly first: NodeJS.ProcessEnv
  /** What a later child has besides that; undefined takes a name away again. @throws InvalidConfigError */
  readonly later: (snapshot: Snapshot) => NodeJS.ProcessEnv
}

/** Reads the environment of a child for the first time. @throws InvalidConfigError when it is refused */
export const childEnv = (source: EnvPlan, start: Snapshot, own: Io['env']): ChildEnv => {
  const into = { ...own }
  const readers = source.kind === 'keys' ? [envOf({ into })] : source.keys.map((key) => envOf({ key, into }))
  const read = (snapshot: Snapshot): NodeJS.ProcessEnv =>
    Object.assign({}, ...readers.map((reader) => reader(snapshot)))
  const added = read(start)
  // A supervisor adds to the environment of the first child: names that went away since must be taken back.
  const undone = Object.fromEntries(Object.keys(added).map((name) => [name, into[name]]))
  return { first: { ...into, ...added }, later: (snapshot) => ({ ...undone, ...read(snapshot) }) }
}
