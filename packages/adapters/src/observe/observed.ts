import { type Mount, type Reloader, UsageError } from '@hotmount/core'

/**
 * One mount and the loops that keep things in step with it, under a name for people.
 *
 * @example
 * const web: Observed = { name: 'web', mount, loops: [reload(mount, nginx())] }
 */
export interface Observed {
  /** Distinct; becomes a label of metrics. */
  readonly name: string
  readonly mount: Mount
  readonly loops: readonly Reloader[]
}

/** A loop under a name that no other loop of its mount has. */
export interface NamedLoop {
  readonly name: string
  readonly loop: Reloader
}

/** The loops by the names of their reactions; a second `nginx` becomes `nginx #2`. */
export const namedLoops = (loops: readonly Reloader[]): readonly NamedLoop[] => {
  const seen = new Map<string, number>()
  return loops.map((loop) => {
    const { reaction } = loop.status
    const times = (seen.get(reaction) ?? 0) + 1
    seen.set(reaction, times)
    return { name: times === 1 ? reaction : `${reaction} #${times}`, loop }
  })
}

/** Whether every loop has brought what is mounted into effect, and proven it. */
export const isInSync = ({ loops }: Observed): boolean =>
  loops.every(({ status }) => status.state === 'inSync')

/** @throws UsageError BAD_OPTION when two have one name, or one has none */
export const checkNames = (observed: readonly Observed[]): void => {
  if (!Array.isArray(observed))
    throw new UsageError('BAD_OPTION', 'observed: not a list', {
      hint: "as in [{ name: 'web', mount, loops: [loop] }]",
    })
  const names = observed.map(({ name }) => name)
  const bad = names.find((name, at) => name === '' || names.indexOf(name) !== at)
  if (bad === undefined) return
  const what = bad === '' ? 'a mount has no name' : `two mounts are called ${JSON.stringify(bad)}`
  throw new UsageError('BAD_OPTION', `observed: ${what}`, {
    hint: 'the name tells mounts apart in metrics and on the page: give each its own',
  })
}
