import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { atomicWrite, tearDown, type Step, type WriteOrder } from './atomic-writer.js'
import { payloadOf, type Data, type Payload } from './payload.js'
import { discardVolume } from './discard.js'
import { readPublished } from './revision.js'

/** How one write is to go wrong. */
export interface SwapOptions {
  /**
   * The first operation of this kind fails (`write`: that of the first key): the write rejects (code `EEXIST` at
   * publish, as on a leftover `..data_tmp`; else `ENOSPC`) and leaves what a kubelet leaves.
   */
  readonly failAt?: Step
}

/**
 * A directory that is written like a kubelet writes a ConfigMap or Secret volume. Writes run one after the other.
 *
 * @example
 * await using mount = await simulateMount({ 'app.yaml': 'port: 80' })
 * await mount.swap({ 'app.yaml': 'port: 8080' })
 */
export interface SimulatedMount extends AsyncDisposable {
  /** Absolute path of the directory, as in `volumeMounts[].mountPath`. */
  readonly path: string
  /**
   * Publishes exactly these keys. Returns the new revision; undefined when the bytes are the same: then nothing
   * is written. Takes over from {@link SimulatedMount.steps} left unfinished, as a restarted kubelet does.
   *
   * @throws Error for a key that a kubelet refuses
   */
  swap(data: Data, options?: SwapOptions): Promise<string | undefined>
  /** Publishes what is there with these keys set, or removed where null. @throws Error like `swap` */
  patch(
    changes: Readonly<Record<string, string | Uint8Array | null>>,
    options?: SwapOptions,
  ): Promise<string | undefined>
  /**
   * Writes like `swap`, one operation per turn: each yields its name when it is done. Stop early and the directory
   * is what a kubelet leaves that crashed there. `write` comes once for the new directory, once per key and once
   * for `..data_tmp`. Returns what `swap` returns. @throws Error like `swap`, and when another write took over
   */
  steps(data: Data): AsyncGenerator<Step, string | undefined, void>
  /** What is published now, read from the disk; undefined after {@link SimulatedMount.detach}. */
  published(): Promise<
    { readonly revision: string; readonly data: Readonly<Record<string, Uint8Array>> } | undefined
  >
  /** Deletes everything including the directory: what a kubelet does to a ConfigMap volume after a failed write. */
  detach(): Promise<void>
}

/** Options of {@link simulateMount}. */
export interface SimulateOptions {
  /** Where. Default: a new directory in the system's temporary one. */
  readonly path?: string
  /** When links of new keys are created. Default `current`: after the publish. */
  readonly order?: WriteOrder
}

const failing =
  (at: Step | undefined) =>
  (step: Step): void => {
    if (step !== at) return
    const code = step === 'publish' ? 'EEXIST' : 'ENOSPC'
    throw Object.assign(new Error(`${code}: simulated failure at ${step}`), { code })
  }

class KubeletVolume implements SimulatedMount {
  readonly path: string
  readonly #order: WriteOrder
  readonly #discard: () => Promise<void>
  #writer = 0
  #turn: Promise<unknown> = Promise.resolve()
  #disposed = false

  constructor(path: string, order: WriteOrder, discard: () => Promise<void>) {
    this.path = path
    this.#order = order
    this.#discard = discard
  }

  async swap(data: Data, options: SwapOptions = {}): Promise<string | undefined> {
    const payload = payloadOf(data)
    return this.#inTurn(() => this.#write(payload, options.failAt))
  }

  async patch(
    changes: Readonly<Record<string, string | Uint8Array | null>>,
    options: SwapOptions = {},
  ): Promise<string | undefined> {
    return this.#inTurn(async () => {
      const next: Record<string, string | Uint8Array | null> = {
        ...(await this.published())?.data,
        ...changes,
      }
      const kept = Object.entries(next).filter(
        (entry): entry is [string, string | Uint8Array] => entry[1] !== null,
      )
      return this.#write(payloadOf(Object.fromEntries(kept)), options.failAt)
    })
  }

  steps(data: Data): AsyncGenerator<Step, string | undefined, void> {
    return this.#steps(payloadOf(data))
  }

  async published(): Promise<
    { readonly revision: string; readonly data: Readonly<Record<string, Uint8Array>> } | undefined
  > {
    return readPublished(this.path)
  }

  async detach(): Promise<void> {
    await this.#inTurn(async () => {
      this.#writer += 1
      for await (const _ of tearDown(this.path));
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return
    await this.#inTurn(async () => {
      this.#writer += 1
      this.#disposed = true
      await this.#discard()
    })
  }

  async #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(action)
    this.#turn = result.catch(() => undefined)
    return result
  }

  async #write(payload: Payload, failAt?: Step): Promise<string | undefined> {
    const steps = this.#steps(payload, failAt)
    for (;;) {
      const turn = await steps.next()
      if (turn.done === true) return turn.value
    }
  }

  async *#steps(payload: Payload, failAt?: Step): AsyncGenerator<Step, string | undefined, void> {
    if (this.#disposed) throw new Error(`the simulated mount ${this.path} was disposed of`)
    const writer = (this.#writer += 1)
    const before = failing(failAt)
    const steps = atomicWrite({ volume: this.path, payload, order: this.#order, before })
    for (;;) {
      if (writer !== this.#writer) throw new Error(`another write to ${this.path} took over`)
      const turn = await steps.next()
      if (turn.done === true) return turn.value
      yield turn.value
    }
  }
}

/**
 * Makes a volume as a kubelet would and publishes `data` in it (default: nothing, like an optional ConfigMap that
 * does not exist). Real files, no privileges needed. Disposing of it removes everything it made.
 *
 * @throws Error for a key that a kubelet refuses
 * @example
 * const volume = await simulateMount({ 'app.yaml': 'port: 80' })
 * const mount = await watchConfigMap(volume.path)
 * await volume.swap({ 'app.yaml': 'port: 8080' })
 */
export const simulateMount = async (
  data: Data = {},
  options: SimulateOptions = {},
): Promise<SimulatedMount> => {
  const payload = payloadOf(data)
  const { order = 'current' } = options
  const makeVolume = async (): Promise<KubeletVolume> => {
    if (options.path === undefined) {
      const path = await mkdtemp(join(tmpdir(), 'hotmount-'))
      return new KubeletVolume(path, order, () => rm(path, { recursive: true, force: true }))
    }
    const path = resolve(options.path)
    const made = await mkdir(path, { recursive: true })
    return new KubeletVolume(path, order, () => discardVolume(path, made))
  }
  const volume = await makeVolume()
  try {
    await volume.swap(Object.fromEntries(payload))
  } catch (error) {
    await volume[Symbol.asyncDispose]()
    throw error
  }
  return volume
}
