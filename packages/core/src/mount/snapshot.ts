import { inspect } from 'node:util'
import { crypto } from '../base/built-in.js'
import { UsageError } from '../base/errors.js'
import { showAs } from '../base/inspect.js'

/** The name of one entry of a ConfigMap or Secret, as projected: `app.yaml`, nested items `tls/server.crt`. */
export type Key = string

/**
 * One revision of a mount: all its keys, read together, never mixed with another revision, never changing.
 * Printing one (console.log, JSON.stringify, debuggers' inspect) shows names and digests, no values.
 *
 * @example
 * const { 'tls.crt': cert, 'tls.key': key } = mount.snapshot.pick('tls.crt', 'tls.key') // always a pair
 */
export interface Snapshot extends Iterable<Key> {
  /** The kubelet's name for this revision, or the digest where there is none. Compare for equality only. */
  readonly revision: string
  /** SHA-256 (hex) over names and bytes: equal on every replica that sees the same content. */
  readonly digest: string
  /** 1, 2, 3 … counted by this process. */
  readonly generation: number
  readonly takenAt: Date
  /**
   * When the kubelet put it in place: the change time of `..data`, set by its rename. Of several mounts, the latest.
   * Read from the disk when it is asked for first: undefined if a newer revision has taken its place by then, and for
   * an ordinary directory or file. A listener of `change` that wants it asks at once.
   */
  readonly publishedAt: Date | undefined
  /** Number of keys. */
  readonly size: number
  /** Names, sorted. */
  keys(): readonly Key[]
  has(key: Key): boolean
  /** The value as UTF-8 text; bytes that are not UTF-8 become U+FFFD. @throws UsageError UNKNOWN_KEY */
  text(key: Key): string
  /** A copy of the value's bytes. @throws UsageError UNKNOWN_KEY */
  bytes(key: Key): Uint8Array
  /** SHA-256 (hex) of the value's bytes. @throws UsageError UNKNOWN_KEY */
  hash(key: Key): string
  /** Several values as text. @throws UsageError UNKNOWN_KEY */
  pick<const K extends Key>(...keys: K[]): { readonly [P in K]: string }
}

const hashOf = (bytes: Uint8Array): string =>
  // crypto.hash is three times faster on small inputs, and came with 20.12.
  crypto().hash('sha256', bytes, 'hex')

/** One key's bytes. Shared between snapshots for as long as the key does not change. */
export class Entry {
  readonly #bytes: Buffer
  #hash: string | undefined
  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }
  get hash(): string {
    return (this.#hash ??= hashOf(this.#bytes))
  }
  text(): string {
    return this.#bytes.toString('utf8')
  }
  copy(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }
  /** Whether these are the first `length` bytes of a buffer. */
  holds(buffer: Buffer, length: number): boolean {
    return this.#bytes.length === length && this.#bytes.compare(buffer, 0, length) === 0
  }
  equals(other: Entry): boolean {
    return this === other || this.#bytes.equals(other.#bytes)
  }
}

export type Entries = ReadonlyMap<Key, Entry>

const haveSameKeys = (one: Entries, other: Entries): boolean => {
  if (one.size !== other.size) return false
  for (const key of one.keys()) if (!other.has(key)) return false
  return true
}

const unknownKey = (key: Key, known: readonly Key[]): UsageError => {
  const shown = known.slice(0, 10).join(', ') + (known.length > 10 ? ` and ${known.length - 10} more` : '')
  return new UsageError('UNKNOWN_KEY', `no key ${JSON.stringify(key)} in this snapshot`, {
    hint: known.length > 0 ? `there are: ${shown}` : 'the mount has no keys',
  })
}

/** What a snapshot is made of. Times in milliseconds since 1970. */
export interface Taken {
  readonly entries: Entries
  readonly revision: string | undefined
  readonly takenAt: number
  /** Asked once, when somebody wants to know: on one key it takes a fifteenth of the time of a change. */
  readonly publishedAt?: (() => number | undefined) | undefined
}

/** The one implementation of {@link Snapshot}. */
export class FrozenSnapshot implements Snapshot {
  readonly generation: number
  readonly #taken: Taken
  #publishedAt: number | 'unknown' | undefined
  readonly #keys: readonly Key[]
  #digest: string | undefined

  /** After `previous`, whose number it counts on from. */
  constructor(of: Taken & { readonly generation?: number }, previous?: FrozenSnapshot) {
    this.#taken = of
    // The same names as before need not be sorted again.
    this.#keys =
      previous && haveSameKeys(previous.entries, of.entries)
        ? previous.#keys
        : Object.freeze([...of.entries.keys()].toSorted())
    this.generation = previous ? previous.generation + 1 : (of.generation ?? 1)
    Object.freeze(this)
  }

  get revision(): string {
    return this.#taken.revision ?? this.digest
  }

  // A Date can be set, also where it hangs at something frozen.
  get takenAt(): Date {
    return new Date(this.#taken.takenAt)
  }

  get publishedAt(): Date | undefined {
    this.#publishedAt ??= this.#taken.publishedAt?.() ?? 'unknown'
    return this.#publishedAt === 'unknown' ? undefined : new Date(this.#publishedAt)
  }

  get digest(): string {
    if (this.#digest === undefined) {
      const sum = crypto().createHash('sha256')
      for (const key of this.#keys) sum.update(`${key}\0${this.hash(key)}\n`)
      this.#digest = sum.digest('hex')
    }
    return this.#digest
  }

  get size(): number {
    return this.#keys.length
  }

  get entries(): Entries {
    return this.#taken.entries
  }

  #entry(key: Key): Entry {
    const entry = this.#taken.entries.get(key)
    if (!entry) throw unknownKey(key, this.#keys)
    return entry
  }

  keys(): readonly Key[] {
    return this.#keys
  }
  has(key: Key): boolean {
    return this.#taken.entries.has(key)
  }
  text(key: Key): string {
    return this.#entry(key).text()
  }
  bytes(key: Key): Uint8Array {
    return this.#entry(key).copy()
  }
  hash(key: Key): string {
    return this.#entry(key).hash
  }
  pick<const K extends Key>(...keys: K[]): { readonly [P in K]: string } {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries forgets the names it is given
    return Object.fromEntries(keys.map((key) => [key, this.text(key)])) as { [P in K]: string }
  }
  [Symbol.iterator](): Iterator<Key> {
    return this.#keys[Symbol.iterator]()
  }
  toJSON(): Readonly<Record<string, unknown>> {
    const { revision, digest, generation, takenAt, publishedAt } = this
    return { revision, digest, generation, takenAt, publishedAt, keys: this.#keys }
  }
  static {
    showAs(this.prototype, (snapshot: FrozenSnapshot) => `Snapshot ${inspect(snapshot.toJSON())}`)
  }
}

/** The entries behind a snapshot; of one made elsewhere, copies. */
export const entriesOf = (snapshot: Snapshot): Entries =>
  snapshot instanceof FrozenSnapshot
    ? snapshot.entries
    : new Map(snapshot.keys().map((key) => [key, new Entry(Buffer.from(snapshot.bytes(key)))]))

/** A snapshot without keys: what a reaction that has applied nothing yet compares with. */
export const emptySnapshot = (): FrozenSnapshot =>
  new FrozenSnapshot({
    entries: new Map(),
    revision: undefined,
    generation: 0,
    takenAt: 0,
  })
