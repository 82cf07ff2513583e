import { HotmountError, ReactionError, type Snapshot, UsageError } from '@hotmount/core'
import { errnoOf } from '../process/errno.js'
import type { Where } from '../process/target-error.js'
import { clashIn, faultOf } from './layout.js'
import type { Render, StageOptions } from './options.js'
import type { Payload } from './staging-area.js'
import { TemplateFailure } from './template-failure.js'
import { type Values, valuesOf } from './values.js'

const badName = (path: string): string | undefined => {
  const fault = faultOf(path)
  return fault === undefined
    ? undefined
    : `${JSON.stringify(path.slice(0, 300))} cannot be a file's path: ${fault}`
}

const badNames = (paths: readonly string[]): string | undefined => {
  const bad = paths.map(badName).find((complaint) => complaint !== undefined)
  const clash = clashIn(paths)
  return bad ?? (clash === undefined ? undefined : `${clash} cannot be a file and a directory`)
}

/** @throws UsageError BAD_OPTION for a path that leads out of the directory, or is one of its own names */
export const refuseBadTargets = ({ render }: StageOptions): void => {
  const complaint = badNames(Object.keys(render ?? {}))
  if (complaint !== undefined)
    throw new UsageError('BAD_OPTION', `render: ${complaint}`, {
      hint: 'write paths such as conf.d/site.conf',
    })
}

const saidOf = (error: unknown): string => {
  if (error instanceof TemplateFailure) return error.message
  const code = error instanceof Error && 'syscall' in error ? ` ${errnoOf(error)}` : ''
  return `its function threw ${error instanceof Error ? error.name : `a ${typeof error}`}${code}`
}

const rendered = async (
  [target, render]: readonly [string, Render],
  values: Values,
  snapshot: Snapshot,
  directory: string,
  where: Where,
): Promise<string> => {
  const refuse = (what: string, origin?: unknown): ReactionError =>
    new ReactionError(
      'CHECK_FAILED',
      where,
      `${target} could not be rendered at ${snapshot.revision}: ${what}`,
      {
        hint: 'what runs now is untouched; error.origin holds what was thrown, which may quote a value',
        origin,
      },
    )
  const text: unknown = await (async () => render(values, { snapshot, directory }))().catch(
    (error: unknown) => {
      // What is missing or does not parse is the author's to mend, and says so without values.
      throw error instanceof HotmountError ? error : refuse(saidOf(error), error)
    },
  )
  if (typeof text !== 'string') throw refuse(`its function returned ${typeof text}, not text`)
  return text
}

/** What is to be written for a snapshot. Decides; writes nothing. */
export const payloadOf = async (
  snapshot: Snapshot,
  { render }: StageOptions,
  directory: string,
  where: Where,
): Promise<Payload> => {
  if (!render) {
    const complaint = badNames(snapshot.keys())
    if (complaint !== undefined)
      throw new ReactionError('CHECK_FAILED', where, `${where.reaction}: ${complaint}`, {
        hint: 'rename the key, or its path in the items of the volume',
      })
    return new Map(snapshot.keys().map((key) => [key, snapshot.bytes(key)]))
  }
  const values = valuesOf(snapshot)
  const payload = new Map<string, Uint8Array>()
  for (const entry of Object.entries(render))
    payload.set(entry[0], Buffer.from(await rendered(entry, values, snapshot, directory, where)))
  return payload
}
