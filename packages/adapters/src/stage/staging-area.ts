import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Disk, fingerprintIn, fingerprintOf, holds, kindOf, targetOf } from './disk.js'
import {
  dataLink,
  goneNameOf,
  isGone,
  isRevision,
  newRevision,
  parentsOf,
  spareLinks,
  topNames,
  verifiedLink,
} from './layout.js'
import { Obstacle } from './trouble.js'

/** Housekeeping: what cannot be done now is tried again another time, and nothing else depends on it. */
const attempt = async (work: () => Promise<void>): Promise<void> => {
  try {
    await work()
  } catch {
    // It stays where it is.
  }
}

/** What a revision holds: bytes by path. */
export type Payload = ReadonlyMap<string, Uint8Array>

/**
 * A directory that shows one revision at a time, as a kubelet's volume does. At every moment `..data` leads to a whole
 * revision that was accepted, and `..verified` to the last one that was proven.
 */
export class StagingArea {
  readonly into: string
  readonly #keep: number
  readonly #disk: Disk
  #isReady = false
  #candidate: string | undefined
  /** Verified revisions of this process, the newest last. */
  #history: readonly string[] = []
  /** What each revision held when it was written, or found at the start. */
  readonly #fingerprints = new Map<string, string>()

  constructor(into: string, keep: number, disk: Disk) {
    this.into = into
    this.#keep = keep
    this.#disk = disk
  }

  /** The path of a revision. */
  at(revision: string): string {
    return join(this.into, revision)
  }
  /** The path that always shows what is published. */
  get live(): string {
    return this.at(dataLink)
  }

  published(): Promise<string | undefined> {
    return this.#leadsTo(dataLink)
  }
  verified(): Promise<string | undefined> {
    return this.#leadsTo(verifiedLink)
  }
  async exists(revision: string): Promise<boolean> {
    return isRevision(revision) && (await kindOf(this.at(revision))) === 'directory'
  }

  /** Whether a revision still holds what it held. */
  async isWhole(revision: string): Promise<boolean> {
    const fingerprint = this.#fingerprints.get(revision)
    if (fingerprint === undefined || !(await this.exists(revision))) return false
    return (await fingerprintIn(this.at(revision))) === fingerprint
  }

  /** What an earlier life left: an unproven revision is taken back, unfinished ones are removed. Once. */
  async recover(): Promise<void> {
    const isThere = (await kindOf(this.into)) !== undefined
    if (this.#isReady && isThere) return
    if (!isThere) await this.#disk.makeDirectories(this.into)
    await this.#removeSpares()
    const [published, verified] = [await this.published(), await this.verified()]
    const best = verified ?? published
    if (best !== undefined && best !== published) await this.#point(dataLink, spareLinks.takeBack, best)
    await this.#removeAllBut(new Set([best]))
    if (best !== undefined) {
      await this.#linkNames(best)
      const fingerprint = await fingerprintIn(this.at(best))
      if (fingerprint !== undefined) this.#fingerprints.set(best, fingerprint)
    }
    this.#history = best === undefined ? [] : [best]
    this.#isReady = true
  }

  /** Writes a candidate, or finds that it is published already. Its name; nothing that is published changes. */
  async prepare(make: (directory: string) => Promise<Payload>, signal: AbortSignal): Promise<string> {
    await this.recover()
    await this.discard()
    const revision = newRevision(new Date())
    const payload = await make(this.at(revision))
    signal.throwIfAborted()
    await this.#refuseObstacles(payload)
    const published = await this.published()
    const isSame = published !== undefined && (await holds(this.at(published), payload))
    const candidate = isSame ? published : revision
    this.#candidate = candidate
    try {
      if (!isSame) await this.#write(revision, payload, signal)
      // In advance: with the disk full a minute later, all that follows still works.
      await this.#disk.link(candidate, this.at(spareLinks.publish))
      await this.#disk.link(candidate, this.at(spareLinks.confirm))
      if (published !== undefined) await this.#disk.link(published, this.at(spareLinks.takeBack))
      await this.#disk.syncDirectory(this.into)
    } catch (error) {
      await this.discard()
      throw error
    }
    return candidate
  }

  /** Removes the candidate that was not published. */
  async discard(): Promise<void> {
    const candidate = this.#candidate
    if (candidate === undefined) return
    this.#candidate = undefined
    await this.#removeSpares()
    const needed = [await this.published(), await this.verified(), ...this.#history]
    if (!needed.includes(candidate)) await this.#removeRevision(candidate)
  }

  /** Shows a revision, by one rename. */
  async publish(revision: string): Promise<void> {
    if ((await this.published()) !== revision) await this.#point(dataLink, spareLinks.publish, revision)
    await this.#linkNames(revision)
  }

  /** Shows the revision from before again, or nothing where there was none, and removes the one that was refused. */
  async takeBack(before: string | undefined): Promise<void> {
    const refused = await this.published()
    if (before === undefined) await this.#disk.remove(this.live)
    else if (refused !== before) await this.#point(dataLink, spareLinks.takeBack, before)
    await this.#linkNames(before)
    await this.discard()
  }

  /** Marks a revision as proven. It is from then on: what is no longer kept goes if it can, else another time. */
  async confirm(revision: string): Promise<void> {
    if ((await this.verified()) !== revision) await this.#point(verifiedLink, spareLinks.confirm, revision)
    this.#candidate = undefined
    this.#history = [...this.#history.filter((name) => name !== revision), revision].slice(-this.#keep - 1)
    await attempt(async () => {
      await this.#removeSpares()
      await this.#removeAllBut(new Set([...this.#history, revision, await this.published()]))
    })
  }

  async #leadsTo(link: string): Promise<string | undefined> {
    const target = await targetOf(this.at(link))
    return target !== undefined && (await this.exists(target)) ? target : undefined
  }

  async #write(revision: string, payload: Payload, signal: AbortSignal): Promise<void> {
    const directory = this.at(revision)
    await this.#disk.makeDirectory(directory)
    const inner = [...new Set([...payload.keys()].flatMap(parentsOf))].toSorted()
    for (const path of inner) await this.#disk.makeDirectory(join(directory, path))
    for (const [path, bytes] of payload) {
      signal.throwIfAborted()
      await this.#disk.writeFile(join(directory, path), bytes)
    }
    for (const path of inner) await this.#disk.syncDirectory(join(directory, path))
    await this.#disk.syncDirectory(directory)
    this.#fingerprints.set(revision, fingerprintOf(payload))
  }

  async #point(link: string, spare: string, revision: string): Promise<void> {
    if ((await targetOf(this.at(spare))) !== revision) await this.#disk.link(revision, this.at(spare))
    await this.#disk.rename(this.at(spare), this.at(link))
    await this.#disk.syncDirectory(this.into)
  }

  async #isOurLink(name: string): Promise<boolean> {
    return (await targetOf(this.at(name))) === `${dataLink}/${name}`
  }

  /** A name for each thing at the top of a revision, beside `..data`: for those who look there. Others' things stay. */
  async #linkNames(revision: string | undefined): Promise<void> {
    const wanted = new Set(revision === undefined ? [] : await readdir(this.at(revision)))
    for (const name of wanted)
      if ((await kindOf(this.at(name))) === undefined)
        await this.#disk.link(`${dataLink}/${name}`, this.at(name))
    for (const name of await readdir(this.into))
      if (!wanted.has(name) && (await this.#isOurLink(name)))
        await attempt(() => this.#disk.remove(this.at(name)))
  }

  async #refuseObstacles(payload: Payload): Promise<void> {
    for (const name of topNames(payload.keys()))
      if ((await kindOf(this.at(name))) !== undefined && !(await this.#isOurLink(name)))
        throw new Obstacle(this.at(name))
  }

  async #removeSpares(): Promise<void> {
    for (const name of Object.values(spareLinks)) await attempt(() => this.#disk.remove(this.at(name)))
  }

  /** Removes every revision but these, and what was left of those that could not be removed the last time. */
  async #removeAllBut(needed: ReadonlySet<string | undefined>): Promise<void> {
    for (const name of await readdir(this.into)) {
      if (isGone(name)) await attempt(() => this.#disk.remove(this.at(name)))
      if (isRevision(name) && !needed.has(name)) await this.#removeRevision(name)
    }
  }

  /** Renamed first: under the name of a revision there is a whole one or none. */
  #removeRevision(revision: string): Promise<void> {
    return attempt(async () => {
      if (!(await this.exists(revision))) return
      const gone = this.at(goneNameOf(revision))
      await this.#disk.rename(this.at(revision), gone)
      this.#fingerprints.delete(revision)
      await this.#disk.remove(gone)
    })
  }
}
