import { Buffer } from 'node:buffer'
import type { Data } from './payload.js'

/** What a script needs of a watched mount: a `Mount` fits, and so does a small watcher of your own. */
export interface ScriptMount {
  readonly snapshot: { keys(): readonly string[]; bytes(key: string): Uint8Array }
  on(
    event: 'change',
    listener: (change: {
      readonly added: readonly string[]
      readonly changed: readonly string[]
      readonly removed: readonly string[]
    }) => void,
  ): unknown
  on(event: 'error' | 'recovered', listener: (error: { readonly code: string }) => void): unknown
  resync(): Promise<unknown>
  close(): Promise<void>
}

/** `change added=a,b removed=c`: one way to write it, so that two can be compared. */
export const describeChange = (lists: Readonly<Record<string, readonly string[] | undefined>>): string =>
  ['change', ...['added', 'changed', 'removed'].flatMap((name) => wordOf(name, lists[name] ?? []))].join(' ')

const wordOf = (name: string, keys: readonly string[]): string[] =>
  keys.length === 0 ? [] : [`${name}=${keys.toSorted((a, b) => (a < b ? -1 : 1)).join(',')}`]

/** How a snapshot differs, by key and without values; undefined when it does not. */
export const difference = (mount: ScriptMount, data: Data): string | undefined => {
  const keys = mount.snapshot.keys()
  const wanted = Object.keys(data)
  const missing = wanted.filter((key) => !keys.includes(key))
  const extra = keys.filter((key) => !wanted.includes(key))
  const differing = wanted.filter(
    (key) => keys.includes(key) && !Buffer.from(data[key] ?? '').equals(mount.snapshot.bytes(key)),
  )
  const found = [...wordOf('missing', missing), ...wordOf('extra', extra), ...wordOf('different', differing)]
  return found.length === 0 ? undefined : found.join(' ')
}

/** What a mount told, in order, until it is taken. */
export class ScriptRecord {
  readonly mount: ScriptMount
  readonly #told: string[] = []
  #ring: () => void = () => undefined

  constructor(mount: ScriptMount) {
    this.mount = mount
    mount.on('change', (change) => this.#tell(describeChange({ ...change })))
    mount.on('error', (error) => this.#tell(`error ${error.code}`))
    mount.on('recovered', (error) => this.#tell(`recovered ${error.code}`))
  }

  /** The oldest thing not yet taken, if there is one. */
  take(): string | undefined {
    return this.#told.shift()
  }

  /** The oldest thing not yet taken, as soon as there is one; undefined when the time is over. */
  async next(timeoutMs: number): Promise<string | undefined> {
    if (this.#told.length === 0) await this.#rung(timeoutMs)
    return this.take()
  }

  #tell(what: string): void {
    this.#told.push(what)
    this.#ring()
  }

  async #rung(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#ring = resolve
      timer = setTimeout(resolve, timeoutMs)
    })
    clearTimeout(timer)
  }
}
