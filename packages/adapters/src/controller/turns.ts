import { ownNames } from './annotation-names.js'
import type { Cluster } from './cluster.js'
import { own } from './decide.js'
import type { Views } from './views.js'
import { keyOf } from './views.js'
import type { Workload } from './workload.js'

/** The turn of all workloads of a cluster; any other is one of a namespace. */
export const everywhere = '*'

/** Who is rolling, so that workloads of a turn roll one after the other. */
export class Turns {
  readonly #cluster: Cluster
  readonly #views: Views
  readonly #usual: string | undefined
  /** Those whose write is on its way, by turn. */
  readonly #claims = new Map<string, string>()

  /** `usual`: the turn of workloads that name none. */
  constructor(cluster: Cluster, views: Views, usual: string | undefined) {
    this.#cluster = cluster
    this.#views = views
    this.#usual = usual
  }

  /** Whether another workload has this turn: its write is on its way, it is rolling, or it failed to roll. */
  isTaken(workload: Workload, turn: string): boolean {
    const key = keyOf(workload)
    const holder = this.#claims.get(this.#id(workload, turn))
    if (holder !== undefined && holder !== key) return true
    const rivals =
      turn === everywhere ? this.#cluster.workloads.all() : this.#cluster.workloads.in(workload.namespace)
    for (const rival of rivals)
      if (keyOf(rival) !== key && this.#isInTurn(rival, turn) && isUnderWay(this.#views.latest(rival)))
        return true
    return false
  }

  /** Takes a turn while a write is on its way; returns how to give it back. */
  claim(workload: Workload, turn: string | undefined): () => void {
    if (turn === undefined) return () => undefined
    const id = this.#id(workload, turn)
    this.#claims.set(id, keyOf(workload))
    return () => this.#claims.delete(id)
  }

  #isInTurn(rival: Workload, turn: string): boolean {
    return this.#cluster.isInScope(rival.namespace) && (own(rival, ownNames.turn) ?? this.#usual) === turn
  }

  #id({ namespace }: Workload, turn: string): string {
    return turn === everywhere ? turn : `${namespace}/${turn}`
  }
}

const isUnderWay = ({ progress }: Workload): boolean => progress === 'rolling' || progress === 'failed'
