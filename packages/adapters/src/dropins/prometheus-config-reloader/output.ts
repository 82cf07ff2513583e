import { open, readFile, rename, rm } from 'node:fs/promises'
import { errnoOf } from '../../process/errno.js'
import { targetError } from '../../process/target-error.js'

const contentOf = async (path: string): Promise<Buffer | undefined> => readFile(path).catch(() => undefined)

const write = async (path: string, bytes: Buffer): Promise<void> => {
  const temporary = `${path}.tmp`
  try {
    const file = await open(temporary, 'w', 0o644)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw targetError('APPLY_FAILED', path, `${path} cannot be written (${errnoOf(error)})`, {
      hint: 'it must lie in a writable volume that Prometheus mounts too, such as an emptyDir',
      retryable: true,
    })
  }
}

/** The file that Prometheus reads: always whole, and never one that it has refused for longer than it takes to say so. */
export class OutputFile {
  readonly path: string
  /** What Prometheus has taken; at first, what another container has written for its start. */
  #good: Buffer | undefined
  #last: Buffer | undefined
  #work: Promise<unknown> = Promise.resolve()

  constructor(path: string) {
    this.path = path
  }

  /** One after the other: a mending must not overtake a new config. */
  #next<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#work.then(work)
    this.#work = next.catch(() => undefined)
    return next
  }

  async #replace(bytes: Buffer): Promise<boolean> {
    const there = await contentOf(this.path)
    if (this.#last === undefined) this.#good = there
    this.#last = bytes
    if (there?.equals(bytes) === true) return false
    await write(this.path, bytes)
    return true
  }

  /** Puts a config there. @throws ReactionError APPLY_FAILED */
  put(bytes: Buffer): Promise<boolean> {
    return this.#next(() => this.#replace(bytes))
  }

  /** Prometheus has taken what was put there last. */
  confirm(): void {
    this.#good = this.#last
  }

  /** Prometheus has refused it: what it took before comes back, so that it can be started again. */
  restore(): Promise<boolean> {
    return this.#next(async () => (this.#good === undefined ? false : this.#replace(this.#good)))
  }

  /** Puts the last config there again if somebody took it away. Resolves with whether that was so. */
  mend(): Promise<boolean> {
    return this.#next(async () => (this.#last === undefined ? false : this.#replace(this.#last)))
  }
}
