import { type Change, combine, type Mount, watchConfigMap } from '@hotmount/core'
import { type Data, simulateMount, type SimulatedMount } from '@hotmount/core/testing'

/** Keys and their bytes, as a kubelet would project them. */
export type Keys = Readonly<Record<string, Uint8Array>>

export type { SimulatedMount }

/** Writes a volume as a kubelet would. @throws Error for keys that a kubelet refuses */
export const project = (data: Data, path?: string): Promise<SimulatedMount> =>
  simulateMount(data, path === undefined ? {} : { path })

/** The content of a mount. */
export const keysIn = ({ snapshot }: Mount): Keys =>
  Object.fromEntries(snapshot.keys().map((key) => [key, snapshot.bytes(key)]))

/** The digest that a mount of these keys has. */
export const digestOf = async (
  data: Data,
  options: Parameters<typeof watchConfigMap>[1] = {},
): Promise<string> => {
  await using volume = await project(data)
  await using mount = await watchConfigMap(volume.path, { ...options, resync: false })
  return mount.snapshot.digest
}

/** What is mounted and what is to come, as the change it would be. */
export interface Rehearsal extends AsyncDisposable {
  /** Undefined when nothing would change. */
  readonly change: Change | undefined
  /** Where the volume of a mount lies. */
  readonly paths: ReadonlyMap<string, string>
}

/** Before and after of one mount. */
export interface Step {
  readonly before: Data
  readonly after: Data
  readonly options: Parameters<typeof watchConfigMap>[1]
}

/** The next change of a mount after this work; undefined when it makes none. */
const changeBy = async (mount: Mount, work: () => Promise<boolean>): Promise<Change | undefined> => {
  const next = mount.changes().next()
  if (!(await work())) return undefined
  await mount.resync()
  const { value, done } = await next
  return done === true ? undefined : value
}

/** Plays a change through in a directory of its own. */
export const rehearse = async (steps: ReadonlyMap<string, Step>): Promise<Rehearsal> => {
  const volumes = new Map<string, SimulatedMount>()
  const mounts = new Map<string, Mount>()
  const end = async (): Promise<void> => {
    await Promise.all([...mounts.values()].map((mount) => mount.close()))
    await Promise.all([...volumes.values()].map((volume) => volume[Symbol.asyncDispose]()))
  }
  try {
    for (const [name, { before, options }] of steps) {
      const volume = await project(before)
      volumes.set(name, volume)
      mounts.set(name, await watchConfigMap(volume.path, { ...options, emptied: 'accept' }))
    }
    const [only] = mounts.values()
    const whole = only && mounts.size === 1 ? only : combine(Object.fromEntries(mounts))
    const change = await changeBy(whole, async () => {
      const before = [...mounts.values()].map(({ snapshot }) => snapshot.digest)
      for (const [name, { after }] of steps) await volumes.get(name)?.swap(after)
      await Promise.all([...mounts.values()].map((mount) => mount.resync()))
      return [...mounts.values()].some(({ snapshot }, at) => snapshot.digest !== before[at])
    })
    const paths = new Map([...volumes].map(([name, { path }]) => [name, path]))
    return { change, paths, [Symbol.asyncDispose]: end }
  } catch (error) {
    await end()
    throw error
  }
}
