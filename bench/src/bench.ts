import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Child } from './child.js'
import { makePlace } from './place.js'
import type { Plan } from './plan.js'
import type { PutJob, WriteJob, WriteRequest, Written } from './processes/writer.js'

/** What every measurement works with. */
export class Bench {
  readonly plan: Plan
  readonly rounds: number
  readonly #directory = makePlace()
  readonly #writer = new Child('writer')
  readonly #say: (what: string) => void
  #volumes = 0

  /** `say` is told how far it is. */
  constructor(plan: Plan, rounds: number, say: (what: string) => void) {
    this.plan = plan
    this.rounds = rounds
    this.#say = say
  }

  /** Runs with fresh volumes, which are gone afterwards. */
  async withVolumes<Result>(
    count: number,
    use: (paths: readonly string[]) => Promise<Result>,
  ): Promise<Result> {
    this.#volumes += 1
    const directory = join(this.#directory, `${this.#volumes}`)
    try {
      return await use(Array.from({ length: count }, (_, index) => join(directory, `volume-${index}`)))
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  }

  /** Has swaps written. When each was published, one list for each volume. */
  async write(job: WriteJob): Promise<Written> {
    return this.#writer.ask<Written>({ ...job, ask: 'write' } satisfies WriteRequest)
  }

  /** Has one volume hold these keys. When that was published. */
  async put(path: string, data: PutJob['data']): Promise<number> {
    const [[publishedUs = Number.NaN] = []] = await this.#writer.ask<Written>({
      ask: 'put',
      path,
      data,
    } satisfies WriteRequest)
    return publishedUs
  }

  /** Everything once for each round, each time with another one first: none always runs after the same. */
  async eachRound<One>(all: readonly One[], run: (one: One, round: number) => Promise<void>): Promise<void> {
    for (let round = 0; round < this.rounds; round += 1) {
      this.#say(`round ${round + 1} of ${this.rounds}`)
      const shift = round % Math.max(1, all.length)
      for (const one of [...all.slice(shift), ...all.slice(0, shift)]) await run(one, round)
    }
  }

  /** Removes what is left on the disk. */
  clear(): void {
    rmSync(this.#directory, { recursive: true, force: true })
  }
}
