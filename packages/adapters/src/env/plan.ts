import { InvalidConfigError, type Issue, type Snapshot } from '@hotmount/core'
import { firstOf } from '../formats/refusal.js'
import { expandAll, type ExpandFault, type Lookup } from './expand.js'
import { findTooLong } from './limits.js'
import { isDenied, isVariableName } from './names.js'
import { defaultDeny, type EnvOptions } from './options.js'

/** What a snapshot asks for, before any of it is judged. */
export interface Wanted {
  /** Key that the values come from, or that of them all. */
  readonly key: string
  readonly values: ReadonlyMap<string, string>
  /** Keys that are no names of variables. */
  readonly skipped: readonly string[]
}

/** What is to be in the environment: all of it or nothing. */
export interface Plan {
  readonly revision: string
  readonly values: ReadonlyMap<string, string>
  /** Names that were there before, and stay as they are. */
  readonly kept: readonly string[]
  readonly skipped: readonly string[]
}

const faults: Readonly<Record<ExpandFault, string>> = {
  circle: 'refers to itself through others',
  tooLong: 'gets too long',
  tooDeep: 'refers too deeply',
  unclosed: 'has a ${ that is not closed',
}

const refused = (wanted: Wanted, snapshot: Snapshot, issues: readonly Issue[]): InvalidConfigError =>
  new InvalidConfigError(
    'SCHEMA_FAILED',
    { key: wanted.key, revision: snapshot.revision },
    `${wanted.key} at ${snapshot.revision} gives no environment: ${firstOf(
      issues.map(({ path, message }) => `${path} ${message}`),
    )}`,
    issues,
    { hint: 'no variable was touched; correct or remove these, or change deny, required or expand' },
  )

/**
 * Judges what a snapshot asks for. `outside` is the environment without what this reaction set itself.
 *
 * @throws InvalidConfigError SCHEMA_FAILED naming every variable that is refused, and none of their values
 */
export const planFor = (
  wanted: Wanted,
  snapshot: Snapshot,
  outside: Lookup,
  { override = false, expand = false, required = [], deny = defaultDeny }: EnvOptions,
): Plan => {
  const issues: Issue[] = []
  const refuse = (path: string, message: string): void => {
    issues.push({ path, message })
  }
  const fresh = new Map<string, string>()
  const kept: string[] = []
  for (const [name, value] of wanted.values) {
    if (!isVariableName(name)) refuse(name, 'is no name of a variable')
    else if (isDenied(name, deny)) refuse(name, 'is denied')
    // The system ends the value there without a word.
    else if (value.includes('\0')) refuse(name, 'has a NUL character')
    else if (!override && outside(name) !== undefined) kept.push(name)
    else fresh.set(name, value)
  }
  const values = expand ? expandAll(fresh, outside, (name, fault) => refuse(name, faults[fault])) : fresh
  findTooLong(values, refuse)
  for (const name of required)
    if ((values.get(name) ?? outside(name) ?? '') === '' && !issues.some(({ path }) => path === name))
      refuse(name, 'is required')
  if (issues.length > 0) throw refused(wanted, snapshot, issues)
  return { revision: snapshot.revision, values, kept, skipped: wanted.skipped }
}
