import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { type AnyReaction, HotmountError, type Mount, type Reloader, UsageError } from '@hotmount/core'
import { hasStatus } from '../../kubernetes/api-error.js'
import type { KubeClient } from '../../kubernetes/client.js'
import { kubeClient } from '../../kubernetes/kube-client.js'
import { oneAtATime } from '../../kubernetes/one-at-a-time.js'
import { type PodReport, report } from '../../kubernetes/report.js'
import type { Env } from '../env.js'
import type { Log } from '../log.js'
import { inOwnTime } from '../plan/own-time.js'
import type { ReactionPlan, TellPlan } from '../plan/plan.js'

/** A stage that ignores its end does not keep the command from ending. */
const graceMs = 3000

const nameOf = (given: string | undefined): string | undefined => (given === '' ? undefined : given)

/** The cluster that this pod is in: what it is told, and who waits for whom. Loaded only when it is asked for. */
export class Cluster {
  readonly #client: KubeClient
  readonly #pod: string
  readonly #log: Log
  readonly #loops: Reloader[] = []
  readonly #turns: AsyncDisposable[] = []
  readonly #reports: PodReport[] = []
  /** Two loops need the same right: it is asked for once. */
  readonly #told = new Set<string>()

  private constructor(client: KubeClient, pod: string, log: Log) {
    this.#client = client
    this.#pod = pod
    this.#log = log
  }

  /** Nothing is sent yet. @throws UsageError when nothing says where the API server is */
  static async open(env: Env, log: Log): Promise<Cluster> {
    const namespace = nameOf(env['POD_NAMESPACE'])
    try {
      const client = await kubeClient({ env: { ...env }, ...(namespace !== undefined && { namespace }) })
      return new Cluster(client, nameOf(env['POD_NAME']) ?? hostname(), log)
    } catch (thrown) {
      if (!(thrown instanceof HotmountError)) throw thrown
      throw new UsageError('BAD_OPTION', `report and oneAtATime need an API server: ${thrown.message}`, {
        hint: 'in a pod: automountServiceAccountToken: true, and a ServiceAccount with the rights; elsewhere KUBECONFIG',
        origin: thrown,
      })
    }
  }

  /** The reaction as one that waits for its turn, where its plan says so. */
  inTurn(reaction: AnyReaction, { turn, timeoutMs }: ReactionPlan): AnyReaction {
    if (!turn) return reaction
    const { lease, namespace, waitMs, durationMs, retryMs } = turn
    const inTurn = oneAtATime(inOwnTime(reaction, timeoutMs), {
      lease,
      ...(namespace !== undefined && { namespace }),
      client: this.#client,
      pod: this.#pod,
      wait: waitMs,
      ...(durationMs !== undefined && { duration: durationMs }),
      ...(retryMs !== undefined && { retry: retryMs }),
      onWait: (holder, revision) =>
        this.#log({
          level: 'info',
          msg: 'waiting for a turn',
          text: `${revision} waits for its turn: ${holder} has it`,
          fields: { reaction: reaction.name, revision, lease, holder },
        }),
    })
    this.#turns.push(inTurn)
    return inTurn
  }

  /** A loop whose reaction may wait for its turn; what it does is told, where the plan says so. */
  add(loop: Reloader, mount: Mount, tell: TellPlan | undefined, at: number): void {
    this.#loops.push(loop)
    if (!tell) return
    const { events, annotate, names } = tell
    const name = names[at]
    const told = report(loop, {
      mount,
      ...(name !== undefined && { name }),
      client: this.#client,
      pod: this.#pod,
      events,
      annotate,
    })
    told.on('error', (error) => this.#complain(error))
    this.#reports.push(told)
  }

  #complain(error: HotmountError): void {
    const { code, message } = error
    if (this.#told.has(message)) return
    this.#told.add(message)
    const hint = hasStatus(error, 404)
      ? 'set POD_NAME and POD_NAMESPACE by the downward API: the host name is not the name of the pod'
      : error.hint
    this.#log({
      level: 'warn',
      msg: 'the cluster is not told',
      text: `the cluster is not told, all else goes on: ${message}`,
      hint,
      fields: { code, error: message, pod: this.#pod, namespace: this.#client.namespace },
    })
  }

  /** A turn of a loop that has not ended is not given back: what is under way may still be at work. */
  async #endLoops(): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.close()))
    await Promise.all(this.#turns.map((turn) => turn[Symbol.asyncDispose]()))
  }

  /** Gives back what turn there is, so that nobody waits for its end, and sends what waits: a few seconds at most. */
  async close(): Promise<void> {
    const over = new AbortController()
    const ended = this.#endLoops()
    await Promise.race([ended, pause(graceMs, undefined, { signal: over.signal }).catch(() => undefined)])
    over.abort()
    await Promise.all(this.#reports.map((one) => one.close()))
    await this.#client.close()
  }
}
