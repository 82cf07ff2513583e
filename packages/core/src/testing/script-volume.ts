import { lchown, lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Step, WriteOrder } from './atomic-writer.js'
import type { Data } from './payload.js'
import { keyWriters, valueWriters } from './plain-writers.js'
import { dataOf } from './script-line.js'
import { simulateMount, type SimulatedMount, type SwapOptions } from './simulate.js'

const steps: readonly Step[] = ['write', 'publish', 'link', 'unlink', 'prune']
const stepOf = (text: string | undefined): Step => {
  const step = steps.find((one) => one === text)
  if (!step) throw new Error(`there is no step ${String(text)}; there are: ${steps.join(', ')}`)
  return step
}

/** Changes owners to what they are: inotify tells of it all the same. */
const reown = async (volume: string): Promise<void> => {
  for (const path of [volume, ...(await readdir(volume)).map((name) => join(volume, name))]) {
    const { uid, gid } = await lstat(path)
    await lchown(path, uid, gid)
  }
}

/** The directory that a script writes to. */
export class ScriptVolume {
  readonly path: string
  readonly #root: string
  #order: WriteOrder = 'current'
  #simulated: SimulatedMount | undefined

  private constructor(root: string) {
    this.#root = root
    this.path = join(root, 'volume')
  }

  static async make(): Promise<ScriptVolume> {
    return new ScriptVolume(await mkdtemp(join(tmpdir(), 'hotmount-script-')))
  }

  async discard(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true })
  }

  /** Does one line; false when it is not about writing. */
  async perform(verb: string, words: readonly string[]): Promise<boolean> {
    const writeValue = valueWriters[verb]
    const writeKey = keyWriters[verb]
    const act = this.#verbs[verb]
    if (writeValue)
      for (const [key, value] of Object.entries(dataOf(words))) await writeValue(this.path, key, value)
    else if (writeKey) for (const key of words) await writeKey(this.path, key)
    else if (act) await act(words)
    return [writeValue, writeKey, act].some((known) => known !== undefined)
  }

  readonly #verbs: Readonly<Record<string, (words: readonly string[]) => Promise<void>>> = {
    order: async ([order]) => {
      if (order !== 'current' && order !== 'links-first') throw new Error('order is current or links-first')
      this.#order = order
    },
    plain: async (words) => {
      await mkdir(this.path)
      await this.perform('write', words)
    },
    mount: async (words) => {
      this.#simulated = await simulateMount(dataOf(words), { path: this.path, order: this.#order })
    },
    swap: (words) => this.#swap(['swap', ...words]),
    patch: (words) => this.#swap(['patch', ...words]),
    remove: (words) => this.#swap(['remove', ...words]),
    crash: (words) => this.#crash(words),
    fail: (words) => this.#fail(words),
    detach: () => this.#mount().detach(),
    fsgroup: () => reown(this.path),
  }

  #mount(): SimulatedMount {
    if (!this.#simulated) throw new Error('there is no volume yet: mount comes first')
    return this.#simulated
  }

  /** What the volume is to contain after `swap …`, `patch …` or `remove …`. */
  async #wanted([verb, ...words]: readonly string[]): Promise<Data> {
    if (verb === 'swap') return dataOf(words)
    const now: Data = (await this.#mount().published())?.data ?? {}
    if (verb === 'patch') return { ...now, ...dataOf(words) }
    if (verb !== 'remove') throw new Error('swap, patch or remove is wanted here')
    return Object.fromEntries(Object.entries(now).filter(([key]) => !words.includes(key)))
  }

  async #swap(words: readonly string[], options?: SwapOptions): Promise<void> {
    await this.#mount().swap(await this.#wanted(words), options)
  }

  /** `crash after STEP swap …`: stops when the first such step is done. `crash before publish swap …`: just before. */
  async #crash([when, step, ...words]: readonly string[]): Promise<void> {
    const data = await this.#wanted(words)
    // Writes before the publish: the directory, each key, and ..data_tmp.
    const [at, count] =
      when === 'before' && step === 'publish'
        ? (['write', Object.keys(data).length + 2] as const)
        : ([stepOf(step), 1] as const)
    if (when !== 'after' && count === 1) throw new Error('crash after STEP, or crash before publish')
    let seen = 0
    for await (const done of this.#mount().steps(data)) if (done === at && (seen += 1) === count) return
    throw new Error(`this write does not ${at}`)
  }

  /** `fail at STEP swap …`: the write must fail there. */
  async #fail([at, step, ...words]: readonly string[]): Promise<void> {
    if (at !== 'at') throw new Error('fail at STEP swap … is wanted here')
    const failed = await this.#swap(words, { failAt: stepOf(step) }).then(
      () => false,
      (error: unknown) => error instanceof Error && error.message.includes('simulated failure'),
    )
    if (!failed) throw new Error(`this write does not fail at ${String(step)}`)
  }
}
