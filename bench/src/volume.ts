import {
  chmodSync,
  closeSync,
  fchmodSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { nowUs } from './clock.js'

/** What a volume holds: bytes by key. */
export type Data = ReadonlyMap<string, Uint8Array>

const linkOf = (path: string): string | undefined => {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

/**
 * A volume that is written as a kubelet writes one: its operations in its order, one system call after the other.
 * The one of the test kit pauses between two operations; this one is as fast as the kubelet's, or faster.
 */
export class Volume {
  readonly path: string
  #count = 0

  constructor(path: string) {
    this.path = path
    mkdirSync(path, { recursive: true })
  }

  /** A kubelet lists what is there, and compares it byte for byte until something differs. */
  #compare(old: string, data: Data): readonly string[] {
    const there = readdirSync(join(this.path, old))
    for (const [key, bytes] of data)
      if (!there.includes(key) || !readFileSync(join(this.path, old, key)).equals(bytes)) break
    return there.filter((key) => !data.has(key))
  }

  #revision(): string {
    const time = new Date().toISOString().slice(0, 19).replaceAll(/[-T:]/g, '_')
    this.#count += 1
    const name = `..${time}.${1_000_000_000 + this.#count}`
    mkdirSync(join(this.path, name), { mode: 0o700 })
    chmodSync(join(this.path, name), 0o755)
    return name
  }

  #write(name: string, data: Data): void {
    for (const [key, bytes] of data) {
      const fd = openSync(join(this.path, name, key), 'w', 0o644)
      writeSync(fd, bytes)
      fchmodSync(fd, 0o644)
      closeSync(fd)
    }
  }

  #prune(old: string): void {
    const directory = join(this.path, old)
    for (const key of readdirSync(directory)) unlinkSync(join(directory, key))
    rmdirSync(directory)
  }

  /** Publishes these keys. Returns when the rename that does it began, in microseconds. */
  swap(data: Data): number {
    const [next, current] = [join(this.path, '..data_tmp'), join(this.path, '..data')]
    const old = linkOf(current)
    const stale = old === undefined ? [] : this.#compare(old, data)
    const name = this.#revision()
    this.#write(name, data)
    symlinkSync(name, next)
    const publishedAt = nowUs()
    renameSync(next, current)
    for (const key of data.keys())
      if (linkOf(join(this.path, key)) === undefined) symlinkSync(`..data/${key}`, join(this.path, key))
    for (const key of stale) unlinkSync(join(this.path, key))
    if (old !== undefined) this.#prune(old)
    return publishedAt
  }
}
