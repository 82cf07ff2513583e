import { inspect } from 'node:util'
import type { Snapshot } from '../mount/snapshot.js'

/**
 * What is told of a snapshot, and its digest once somebody asks: where nobody does, `node:crypto` is never loaded.
 * Copied, printed or written as JSON it has its digest like any other. Keeps the snapshot until then.
 */
export const withDigest = <Told extends object>(
  snapshot: Snapshot,
  told: Told,
): Told & { readonly digest: string } => {
  let unasked: Snapshot | undefined = snapshot
  let known = ''
  const late = {
    ...told,
    get digest(): string {
      if (unasked) known = unasked.digest
      unasked = undefined
      return known
    },
  }
  // Otherwise console.log shows `digest: [Getter]`.
  return Object.defineProperty(late, inspect.custom, { value: () => ({ ...late }) })
}
