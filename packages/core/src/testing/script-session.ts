import { join } from 'node:path'
import { dataOf, listsOf } from './script-line.js'
import { watchOf, type ScriptWatchOptions } from './script-options.js'
import { describeChange, difference, ScriptRecord, type ScriptMount } from './script-record.js'

type Watch = (path: string, options: ScriptWatchOptions) => Promise<ScriptMount>
type Act = (words: readonly string[]) => Promise<void>
type Opened = ScriptRecord | { readonly refused: string }

const codeOf = (error: unknown): string => {
  if (error instanceof Error && 'code' in error) return String(error.code)
  throw error
}
const compare = (expected: string, came: string | undefined): void => {
  if (came !== expected) throw new Error(`expected ${expected}, came ${came ?? 'nothing'}`)
}

/** The watcher's side of a script: opens it, listens, and compares. */
export class ScriptSession {
  readonly #path: string
  readonly #watch: Watch
  readonly #timeoutMs: number
  readonly #controller = new AbortController()
  #opening: Promise<Opened> | undefined
  #record: ScriptRecord | undefined

  constructor(path: string, watch: Watch, timeoutMs: number) {
    this.#path = path
    this.#watch = watch
    this.#timeoutMs = timeoutMs
  }

  /** Does one line; false when it is not about watching. */
  async perform(verb: string, words: readonly string[]): Promise<boolean> {
    const [act, rest] =
      verb === 'expect' ? [this.#expect(words[0]), words.slice(1)] : [this.#verbs[verb], words]
    if (act) await act(rest)
    return act !== undefined
  }

  /** What the watcher told and no line took; undefined when there is nothing. */
  untaken(): string | undefined {
    return this.#record?.take()
  }

  async close(): Promise<void> {
    this.#controller.abort(new Error('the script is over'))
    await this.#opening?.catch(() => undefined)
    await this.#record?.mount.close()
  }

  #expect(what = ''): Act {
    const act = this.#expectations[what]
    if (!act) throw new Error(`there is no expect ${what}`)
    return act
  }

  readonly #verbs: Readonly<Record<string, Act>> = {
    watch: async (words) => {
      this.#begin(words)
      await this.#opening
    },
    begin: async ([, ...words]) => this.#begin(words),
    close: async () => (await this.#open()).mount.close(),
  }

  readonly #expectations: Readonly<Record<string, Act>> = {
    open: async () => void (await this.#open()),
    refused: async ([code = '']) => {
      const opened = await this.#opening
      compare(`refused ${code}`, opened && 'refused' in opened ? `refused ${opened.refused}` : 'open')
    },
    change: async (words) => this.#next(describeChange(listsOf(words))),
    error: async ([code = '']) => this.#next(`error ${code}`),
    recovered: async ([code = '']) => this.#next(`recovered ${code}`),
    nothing: async () => {
      const record = await this.#open()
      await record.mount.resync()
      compare('nothing', record.take() ?? 'nothing')
    },
    snapshot: async (words) => {
      const differs = difference((await this.#open()).mount, dataOf(words))
      if (differs !== undefined) throw new Error(`the snapshot is not as expected: ${differs}`)
    },
    finally: async (words) => this.#finally(words),
  }

  #begin(words: readonly string[]): void {
    if (this.#opening) throw new Error('a script has one watch')
    const { path, options } = watchOf(words)
    const { signal } = this.#controller
    this.#opening = this.#watch(join(this.#path, path), { ...options, signal }).then(
      (mount) => (this.#record = new ScriptRecord(mount)),
      (error: unknown) => ({ refused: codeOf(error) }),
    )
    // Whoever opens later hears of it; until then it is no unhandled rejection.
    this.#opening.catch(() => undefined)
  }

  async #open(): Promise<ScriptRecord> {
    const opened = await this.#opening
    if (!opened) throw new Error('nothing is watched yet: watch comes first')
    if ('refused' in opened) throw new Error(`the watch was refused with ${opened.refused}`)
    return opened
  }

  async #next(expected: string): Promise<void> {
    const record = await this.#open()
    compare(expected, await record.next(this.#timeoutMs))
  }

  async #finally(words: readonly string[]): Promise<void> {
    const record = await this.#open()
    const data = dataOf(words)
    for (let differs = difference(record.mount, data); differs !== undefined;) {
      const came = await record.next(this.#timeoutMs)
      if (came?.startsWith('change ') !== true)
        throw new Error(`expected changes until the snapshot fits (${differs}), came ${came ?? 'nothing'}`)
      differs = difference(record.mount, data)
    }
    await record.mount.resync()
    for (let came = record.take(); came !== undefined; came = record.take())
      if (!came.startsWith('change ')) throw new Error(`expected only changes, came ${came}`)
    const differs = difference(record.mount, data)
    if (differs !== undefined) throw new Error(`the snapshot went on to be different: ${differs}`)
  }
}
