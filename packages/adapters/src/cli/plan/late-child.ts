import { type Reaction, UsageError } from '@hotmount/core'
import type { PinnedProcess } from '../../process/process-ref.js'
import type { RestartOptions } from '../../process/restart.js'
import type { Argv } from '../../process/spawn.js'
import type { Supervisor } from '../../process/supervisor.js'

/** A child that starts later than the reactions are made that it is for. */
export class LateChild implements Pick<Supervisor, 'describe' | 'find' | 'restart'> {
  readonly describe: string
  #child: Supervisor | undefined

  constructor(argv: Argv) {
    this.describe = `child ${argv[0]}`
  }

  /** From now on it is this one. */
  is(child: Supervisor): void {
    this.#child = child
  }

  #there(): Supervisor {
    if (this.#child) return this.#child
    throw new UsageError('BAD_OPTION', `${this.describe} was not started`)
  }

  async find(signal?: AbortSignal): Promise<PinnedProcess> {
    return this.#there().find(signal)
  }

  restart(options: RestartOptions = {}): Reaction<PinnedProcess> {
    let made: Reaction<PinnedProcess> | undefined
    const reaction = (): Reaction<PinnedProcess> => (made ??= this.#there().restart(options))
    return {
      name: `restart of ${this.describe}`,
      apply: (change, context) => reaction().apply(change, context),
      verify: (receipt, context) => reaction().verify?.(receipt, context),
      ...(options.env && {
        rollback: (good, context) =>
          reaction().rollback?.(good, context) ?? reaction().apply(context.change, context),
      }),
    }
  }
}
