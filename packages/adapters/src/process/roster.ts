import { isAlive } from './proc.js'
import { listProcesses } from './procfs.js'
import { titleOf } from './match.js'
import { identity, type Worker } from './workers.js'

/** The title by which a worker says that it is draining. nginx's, and a good guess for others. */
const drainingTitle: RegExp = /\bis shutting down$/

/**
 * The workers of one server, over all its reloads. Only nginx titles a worker that finishes its last requests; of any
 * other, that one was there before a reload that was proven says the same.
 */
export class Roster {
  readonly #draining: RegExp
  #leaving: ReadonlySet<string> = new Set()

  /** `draining` is what the title of a worker says that only finishes what it has begun. */
  constructor(draining: RegExp = drainingTitle) {
    this.#draining = draining
  }

  /** The children of a master now, without zombies. */
  of(master: number): readonly Worker[] {
    return listProcesses((stat) => stat.ppid === master && isAlive(stat)).map((process) => ({
      pid: process.pid,
      startTime: process.startTime,
      draining: titleOf(process).search(this.#draining) >= 0 || this.#leaving.has(identity(process)),
    }))
  }

  /** How many children of a master only finish what they have begun. */
  drainingOf(master: number): number {
    return this.of(master).filter(({ draining }) => draining).length
  }

  /** A reload was proven: of those that were there before it, none takes anything new. */
  replaced(before: readonly Worker[], master: number): void {
    const alive = new Set(this.of(master).map(identity))
    this.#leaving = new Set([...this.#leaving, ...before.map(identity)].filter((id) => alive.has(id)))
  }
}
