import { InvalidConfigError, type Issue, type Key, type Snapshot } from '@hotmount/core'
import { firstOf } from '../formats/refusal.js'
import { isUnder } from './paths.js'

const variablesAt = (path: string, variables: ReadonlyMap<string, string>): readonly string[] =>
  [...variables]
    .filter(([laid]) => path === '' || isUnder(path, [laid]) || isUnder(laid, [path]))
    .map(([, name]) => name)

/** The config does not fit the schema. `variables` is by path, which of the environment was laid there. */
export const schemaFailed = (
  key: Key,
  snapshot: Snapshot,
  { issues, missing }: { readonly issues: readonly Issue[]; readonly missing: ReadonlySet<string> },
  variables: ReadonlyMap<string, string>,
): InvalidConfigError => {
  const paths = [...new Set(issues.map(({ path }) => path))]
  const shown = paths.map((path) => {
    const names = variablesAt(path, variables)
    const isMissing = missing.has(path) ? ' (missing)' : ''
    return `${path === '' ? '(root)' : path}${isMissing}${names.length > 0 ? ` (from ${firstOf(names, 3)})` : ''}`
  })
  const isOfEnv = paths.some((path) => variablesAt(path, variables).length > 0)
  const hint = "correct these paths; error.issues holds the schema's words, which may quote values"
  const links =
    'variables of services, like PREFIX_PORT, go away with enableServiceLinks: false in the pod spec'
  return new InvalidConfigError(
    'SCHEMA_FAILED',
    { key, revision: snapshot.revision },
    `${key} at ${snapshot.revision} does not fit the schema at ${firstOf(shown)}`,
    issues,
    { hint: isOfEnv ? `${hint}; ${links}` : hint },
  )
}

/** The schema gave no verdict: code of the user's own in it threw. What it asks may only be down. */
export const schemaThrew = (key: Key, snapshot: Snapshot, origin: unknown): InvalidConfigError =>
  new InvalidConfigError(
    'SCHEMA_FAILED',
    { key, revision: snapshot.revision },
    `${key} at ${snapshot.revision} made the schema itself throw`,
    [],
    {
      hint: 'a refinement or transform of the schema failed; error.origin holds what it threw',
      origin,
      retryable: true,
    },
  )

/** Whatever else is thrown on the way from bytes to a config. */
export const cannotBeTaken = (key: Key, snapshot: Snapshot, origin: unknown): InvalidConfigError =>
  new InvalidConfigError(
    'PARSE_FAILED',
    { key, revision: snapshot.revision },
    `${key} at ${snapshot.revision} could not be turned into a config`,
    [],
    {
      hint: 'is it nested too deeply, by the environment or the schema? error.origin holds what was thrown',
      origin,
    },
  )
