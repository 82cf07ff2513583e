import type { Target } from './requests.js'
import { conflict, Refusal } from './refusals.js'

/** Which requests. */
export interface Aim {
  readonly verb?: string
  readonly resource?: string
  /** Of the object. */
  readonly name?: RegExp
}

interface Planned {
  readonly aim: Aim
  left: number
  readonly how: (target: Target) => Refusal | 'hang' | 'reset'
}

const hits = ({ verb, resource, name }: Aim, target: Target): boolean =>
  (verb === undefined || verb === target.verb) &&
  (resource === undefined || resource === target.kind.plural) &&
  (name === undefined || name.test(target.name ?? ''))

/** What goes wrong next. */
export class Faults {
  #planned: Planned[] = []

  #plan(times: number, aim: Aim, how: Planned['how']): void {
    this.#planned.push({ aim, left: times, how })
  }

  /** The next requests are too many. */
  throttle(times: number, retryAfter = 1, aim: Aim = {}): void {
    this.#plan(times, aim, () => new Refusal(429, 'TooManyRequests', 'please try again later', retryAfter))
  }

  /** The next writes come after somebody else's. */
  conflict(times: number, aim: Aim = { verb: 'patch' }): void {
    this.#plan(times, aim, ({ kind, name = '' }) => conflict(kind.plural, name))
  }

  /** The next requests fail with this status. */
  fail(times: number, status: number, reason: string, aim: Aim = {}): void {
    this.#plan(times, aim, () => new Refusal(status, reason, 'a planned failure'))
  }

  /** The next requests get no answer. */
  hang(times: number, aim: Aim = {}): void {
    this.#plan(times, aim, () => 'hang')
  }

  /** The connections of the next requests are cut. */
  reset(times: number, aim: Aim = {}): void {
    this.#plan(times, aim, () => 'reset')
  }

  /** What happens to a request; undefined: nothing. */
  next(target: Target): Refusal | 'hang' | 'reset' | undefined {
    const planned = this.#planned.find(({ aim, left }) => left > 0 && hits(aim, target))
    if (!planned) return undefined
    planned.left -= 1
    this.#planned = this.#planned.filter(({ left }) => left > 0)
    return planned.how(target)
  }

  clear(): void {
    this.#planned = []
  }
}
