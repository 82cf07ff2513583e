import {
  type Clock,
  Emitter,
  type Mount,
  HotmountError,
  type Reloader,
  type Report,
  type Snapshot,
} from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import { background } from './background.js'
import type { KubeClient } from './client.js'
import { EventLog, type Involved } from './event-log.js'
import { kubeClient } from './kube-client.js'
import { Outbox } from './outbox.js'
import { differences, happeningOf, notesBody, podAnnotations, type PodAnnotations } from './pod-notes.js'
import { resources } from './resources.js'
import { Tokens } from './tokens.js'
import { ownPodName } from './workload-ref.js'

/** Options of {@link report}. */
export interface PodReportOptions {
  /** What the loop is about. */
  readonly mount: Mount
  /** Tells several loops of one pod apart: `hotmount.dev/applied-digest-NAME`. */
  readonly name?: string
  /** Default: `kubeClient()`, made in the background. */
  readonly client?: KubeClient
  /** The name of this pod. Default: `POD_NAME`, then the host name. */
  readonly pod?: string
  /** Write Events. Default true; needs `create` and `patch` on events. */
  readonly events?: boolean
  /** Annotate the pod. Default true; needs `patch` on pods. */
  readonly annotate?: boolean
  /** For tests. */
  readonly clock?: Clock
}

const mostWaiting = 32
const graceMs = 2000

/**
 * What {@link report} returns: it needs no looking after. Unheard, an `error` becomes a process warning.
 *
 * @example
 * report(loop, { mount }).on('error', ({ message, hint }) => log.warn({ hint }, message))
 */
export class PodReport
  extends Emitter<{ error: [error: HotmountError]; close: [] }>
  implements AsyncDisposable
{
  readonly #loop: Reloader
  readonly #options: PodReportOptions
  readonly #names: PodAnnotations
  readonly #clock: Clock
  readonly #outbox: Outbox
  readonly #tokens: Tokens
  #client: Promise<KubeClient> | undefined
  #log: EventLog | undefined
  #uid: string | undefined
  #applied: { readonly digest: string; readonly snapshot: Snapshot | undefined } | undefined
  readonly #troubles = new Set<string>()
  #closed: Promise<void> | undefined

  /** @internal */
  constructor(loop: Reloader, options: PodReportOptions) {
    super()
    const { mount, name, clock = background } = options
    this.#loop = loop
    this.#options = options
    this.#names = podAnnotations(name)
    this.#clock = clock
    this.#tokens = new Tokens(25, 10_000)
    this.#outbox = new Outbox(clock, mostWaiting, (error) => this.#complain(error))
    const { snapshot } = mount
    if (loop.status.state === 'inSync') this.#applied = { digest: snapshot.digest, snapshot }
    loop.on('report', this.#onReport)
    loop.once('close', this.#onClose)
    mount.on('change', this.#annotate)
    this.#annotate()
  }

  /** How much was given up: too much at once, or the API server away for too long. */
  get dropped(): number {
    return this.#outbox.dropped
  }

  /** Resolves when all has been sent. */
  flushed(): Promise<void> {
    return this.#outbox.flushed()
  }

  /** Lets go of the loop, and gives what still waits two seconds. May be called twice. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    this.#loop.off('report', this.#onReport)
    this.#loop.off('close', this.#onClose)
    this.#options.mount.off('change', this.#annotate)
    await this.#outbox.close(graceMs)
    if (!this.#options.client) await (await this.#client?.catch(() => undefined))?.close()
    this.emit('close')
    this.removeAllListeners()
  }

  readonly #onClose = (): void => void this.close()

  readonly #onReport = (report: Report): void => {
    const { snapshot } = this.#options.mount
    const mounted = snapshot.digest === report.digest ? snapshot : undefined
    const keys = differences(this.#applied?.snapshot, mounted)
    const happening = happeningOf(report, keys, this.#applied?.digest)
    if (report.outcome === 'applied' || (report.outcome === 'skipped' && report.reason === 'unchanged'))
      this.#applied = { digest: report.digest, snapshot: mounted }
    this.#annotate()
    if (!happening || this.#options.events === false) return
    // A flapping config must not fill the cluster with Events.
    if (!this.#tokens.take(this.#clock.now())) return
    this.#outbox.add(async (signal) => {
      const client = await this.#connected()
      this.#log ??= new EventLog(client, 'hotmount', this.#pod, this.#clock)
      await this.#log.tell(this.#involved(client), happening, signal)
    })
  }

  readonly #annotate = (): void => {
    if (this.#options.annotate === false) return
    this.#outbox.put('annotations', async (signal) => {
      const client = await this.#connected()
      const { mount } = this.#options
      const notes = {
        desired: mount.snapshot.digest,
        applied: this.#applied?.digest,
        state: this.#loop.status.state,
      }
      const body = notesBody(this.#names, notes)
      const pod = await client.patch(resources.pods, { name: this.#pod }, { type: 'merge', body }, { signal })
      this.#uid = pod.metadata.uid
    })
  }

  get #pod(): string {
    return this.#options.pod ?? ownPodName()
  }

  #connected(): Promise<KubeClient> {
    const { client } = this.#options
    if (client) return Promise.resolve(client)
    const made = (this.#client ??= kubeClient())
    made.catch(() => {
      this.#client = undefined
    })
    return made
  }

  // `kubectl describe pod` looks for the UID, which the answer to the annotation tells.
  #involved({ namespace }: KubeClient): Involved {
    const metadata = { name: this.#pod, namespace, ...(this.#uid !== undefined && { uid: this.#uid }) }
    return { apiVersion: 'v1', kind: 'Pod', metadata }
  }

  #complain(error: unknown): void {
    if (!(error instanceof HotmountError)) return
    // The same thing again and again is said once, also where two take turns.
    if (this.#troubles.has(error.message)) return
    this.#troubles.add(error.message)
    this.emit('error', error)
  }
}

/**
 * Tells the cluster what a loop does: Events on this pod (`ConfigApplied`, `ConfigRejected`, `ConfigRolledBack`,
 * `ConfigFailed`, with names of keys and digests and no value), and annotations with the digests that are mounted and
 * applied. In the background, best effort: it neither slows the loop nor fails it. Ends with the loop.
 *
 * @throws UsageError BAD_OPTION
 * @example
 * const loop = reload(mount, nginx())
 * report(loop, { mount })
 */
export const report = (loop: Reloader, options: PodReportOptions): PodReport => {
  refuseUnknown('report', options, {
    mount: true,
    name: true,
    client: true,
    pod: true,
    events: true,
    annotate: true,
    clock: true,
  })
  return new PodReport(loop, options)
}
