import { InvalidConfigError, type Issue, type Key, type Snapshot } from '@hotmount/core'
import { firstOf } from '../formats/refusal.js'

/** The config does not fit the schema. */
export const schemaFailed = (
  key: Key,
  snapshot: Snapshot,
  issues: readonly Issue[],
  origin: unknown,
): InvalidConfigError => {
  const paths = [...new Set(issues.map(({ path }) => (path === '' ? '(root)' : path)))]
  const what =
    origin === undefined ? `does not fit the schema at ${firstOf(paths)}` : 'made the schema itself throw'
  return new InvalidConfigError(
    'SCHEMA_FAILED',
    { key, revision: snapshot.revision },
    `${key} at ${snapshot.revision} ${what}`,
    issues,
    {
      hint:
        origin === undefined
          ? "correct these paths; error.issues holds the schema's words, which may quote values"
          : 'a refinement or transform of the schema failed; error.origin holds what it threw',
      origin,
    },
  )
}
