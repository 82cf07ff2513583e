import { combine, type Mount, watchConfigMap } from '@hotmount/core'
import type { MountPlan } from '../plan/plan.js'

/** The mounts that some reactions look at, as one. */
export interface Group {
  /** `web`, or `web+tls` for two as one. */
  readonly name: string
  readonly mount: Mount
}

/** Opens mounts one after the other. Nothing stays open when one of them fails. @throws MountError, UsageError */
export const openMounts = async (
  plans: readonly MountPlan[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Mount>> => {
  const opened = new Map<string, Mount>()
  try {
    for (const { name, path, options } of plans)
      opened.set(name, await watchConfigMap(path, { ...options, signal }))
    return opened
  } catch (error) {
    await closeAll(opened.values())
    throw error
  }
}

/** Closes all of them. */
export const closeAll = async (mounts: Iterable<Mount>): Promise<void> => {
  await Promise.all([...mounts].map((mount) => mount.close()))
}

/** One group for each set of mounts that is asked for, made when it is first asked for. */
export class Groups {
  readonly #mounts: ReadonlyMap<string, Mount>
  readonly #made = new Map<string, Group>()

  constructor(mounts: ReadonlyMap<string, Mount>) {
    this.#mounts = mounts
  }

  /** All that were asked for. */
  get made(): readonly Group[] {
    return [...this.#made.values()]
  }

  /** The mounts of these names as one; a single one is itself. */
  of(names: readonly string[]): Group {
    const name = names.join('+')
    const known = this.#made.get(name)
    if (known) return known
    const members = [...this.#mounts].filter(([one]) => names.includes(one))
    const [only] = members
    const mount = only && members.length === 1 ? only[1] : combine(Object.fromEntries(members))
    const group: Group = { name, mount }
    this.#made.set(name, group)
    return group
  }
}
