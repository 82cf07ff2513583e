import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { simulateMount, type Data, type SimulatedMount } from '@hotmount/core/testing'

/** The one temporary directory of a run, and everything that must be gone after it. */
export class Workshop {
  readonly directory: string = mkdtempSync(path.join(tmpdir(), 'hotmount-demo-'))
  readonly #atExit = (): void => rmSync(this.directory, { recursive: true, force: true, maxRetries: 3 })
  readonly #last: (() => Promise<unknown> | void)[] = []

  constructor() {
    // For a crash; what is orderly ends with close().
    process.once('exit', this.#atExit)
  }

  /** A path in here, shown to readers without the temporary directory. */
  path(...names: readonly string[]): string {
    return path.join(this.directory, ...names)
  }

  /** Text with the temporary directory taken out of its paths. */
  shown(text: string): string {
    return text.replaceAll(this.directory, '')
  }

  /** Called at the end, last first. */
  atEnd(clean: () => Promise<unknown> | void): void {
    this.#last.push(clean)
  }

  /** A directory like one that a kubelet mounts, under this name. */
  async mount(name: string, data: Data): Promise<SimulatedMount> {
    await mkdir(path.dirname(this.path(name)), { recursive: true })
    return simulateMount(data, { path: this.path(name) })
  }

  /** Ends processes, then deletes the directory. One that fails does not keep the others. */
  async close(): Promise<void> {
    const cleaners = this.#last.splice(0).toReversed()
    try {
      for (const clean of cleaners) await Promise.resolve(clean()).catch(() => undefined)
    } finally {
      this.#atExit()
      process.off('exit', this.#atExit)
    }
  }
}
