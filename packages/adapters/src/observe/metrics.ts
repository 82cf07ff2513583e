import { type Change, type MountError, type Report, systemClock, UsageError } from '@hotmount/core'
import { readRows, timedStages, toldRows, type MetricRow, type ReadRow } from './metric-table.js'
import { type NamedLoop, namedLoops, type Observed } from './observed.js'
import {
  type Counter,
  type Gauge,
  type Histogram,
  type Library,
  loadPromClient,
  type Registry,
} from './prom-client.js'

/**
 * A registry of prom-client: its `register`, or a `new Registry()`.
 *
 * @example
 * import { Registry } from 'prom-client'
 * const register: MetricRegistry = new Registry()
 */
// Said by its shape: whoever type-checks their own code must not need prom-client for it.
export interface MetricRegistry {
  readonly contentType: string
  registerMetric(metric: never): void
  metrics(): Promise<string>
}

/** What keeps the metrics of a registry up to date. */
export interface Metrics {
  /**
   * Counts what happens to a mount and its loops until the returned function is called; what was counted stays.
   *
   * @throws UsageError BAD_OPTION when the name is taken
   */
  observe(observed: Observed): () => void
}

const outcomes: readonly Report['outcome'][] = ['applied', 'skipped', 'rejected', 'failed', 'rolledBack']
const durations = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const delays = [0.001, 0.0025, ...durations, 120, 300]
// Retries may go on while newer revisions come; what is older than this many is of the past.
const maxRevisions = 16

/** Metrics that grow with what is told. */
interface Told {
  readonly troubles: Counter
  readonly reloads: Counter
  readonly lastSuccess: Gauge
  readonly duration: Histogram
  readonly stage: Histogram
  readonly seen: Histogram
  readonly applied: Histogram
  readonly verified: Histogram
}

class RegisteredMetrics implements Metrics {
  readonly #observed = new Map<string, Observed>()
  readonly #told: Told

  constructor(library: Library, register: Registry) {
    const { Counter, Gauge, Histogram } = library
    const base = ({ name, help, labelNames }: MetricRow) => ({
      name,
      help,
      labelNames: [...labelNames],
      registers: [register],
    })
    for (const row of readRows) {
      const metric: Counter | Gauge =
        row.kind === 'counter'
          ? new Counter({ ...base(row), collect: () => this.#collect(row, metric) })
          : new Gauge({ ...base(row), collect: () => this.#collect(row, metric) })
    }
    const { troubles, reloads, lastSuccess, duration, stage, seen, applied, verified } = toldRows
    this.#told = {
      troubles: new Counter(base(troubles)),
      reloads: new Counter(base(reloads)),
      lastSuccess: new Gauge(base(lastSuccess)),
      duration: new Histogram({ ...base(duration), buckets: durations }),
      stage: new Histogram({ ...base(stage), buckets: durations }),
      seen: new Histogram({ ...base(seen), buckets: delays }),
      applied: new Histogram({ ...base(applied), buckets: delays }),
      verified: new Histogram({ ...base(verified), buckets: delays }),
    }
  }

  observe(observed: Observed): () => void {
    const { name, mount, loops } = observed
    if (name === '' || this.#observed.has(name))
      throw new UsageError('BAD_OPTION', `metrics: the name ${JSON.stringify(name)} is empty or taken`, {
        hint: 'each observed mount needs a name of its own: it becomes a label',
      })
    this.#observed.set(name, observed)
    const published = new Map<string, number>()
    const onChange = ({ snapshot: { revision, publishedAt } }: Change): void => {
      if (publishedAt === undefined) return
      published.set(revision, publishedAt.getTime())
      for (const oldest of [...published.keys()].slice(0, -maxRevisions)) published.delete(oldest)
      // The change time of a link is of the wall clock, so the difference must be too.
      this.#told.seen.observe({ mount: name }, sinceSeconds(publishedAt.getTime()))
    }
    const onError = ({ code }: MountError): void => this.#told.troubles.inc({ mount: name, code })
    // Asked once, now: a swap that changes no watched key replaces the revision, and not the snapshot.
    void mount.snapshot.publishedAt
    mount.on('change', onChange)
    mount.on('error', onError)
    const stops = namedLoops(loops).map((loop) => this.#follow(name, loop, published))
    return () => {
      this.#observed.delete(name)
      mount.off('change', onChange)
      mount.off('error', onError)
      for (const stop of stops) stop()
    }
  }

  #follow(mount: string, { name, loop }: NamedLoop, published: ReadonlyMap<string, number>): () => void {
    const labels = { mount, reaction: name }
    // From zero: else the first failure would be no increase.
    for (const outcome of outcomes) this.#told.reloads.inc({ ...labels, outcome }, 0)
    const onReport = (report: Report): void => this.#count(labels, report, published.get(report.revision))
    const { lastReport } = loop.status
    if (lastReport) onReport(lastReport)
    loop.on('report', onReport)
    return () => loop.off('report', onReport)
  }

  #count(
    labels: { readonly mount: string; readonly reaction: string },
    { outcome, durationMs, stages }: Report,
    publishedAt: number | undefined,
  ): void {
    const told = this.#told
    told.reloads.inc({ ...labels, outcome })
    if (outcome !== 'skipped') told.duration.observe(labels, durationMs / 1000)
    for (const stage of timedStages) {
      const ms = stages[stage]
      if (ms !== undefined) told.stage.observe({ ...labels, stage }, ms / 1000)
    }
    if (outcome !== 'applied') return
    told.lastSuccess.set(labels, Date.now() / 1000)
    if (publishedAt === undefined) return
    const verified = sinceSeconds(publishedAt)
    told.verified.observe(labels, verified)
    told.applied.observe(labels, Math.max(0, verified - (stages.verify ?? 0) / 1000))
  }

  #collect({ read }: ReadRow, metric: Counter | Gauge): void {
    metric.reset()
    const now = systemClock.now()
    for (const observed of this.#observed.values())
      for (const { labels, value } of read(observed, now)) metric.inc(labels, value)
  }
}

const sinceSeconds = (ms: number): number => Math.max(0, Date.now() - ms) / 1000

const checked = ({ Registry: Known }: Library, register: MetricRegistry): Registry => {
  // Another copy of prom-client is fine too, as long as it has what is used of it.
  if (register instanceof Known) return register
  if (typeof register.registerMetric !== 'function' || typeof register.metrics !== 'function')
    throw new UsageError('BAD_OPTION', 'metrics: that is no registry of prom-client', {
      hint: "import { register } from 'prom-client', or make a new Registry()",
    })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has the methods, and no more can be asked
  return register as unknown as Registry
}

const made = new WeakMap<MetricRegistry, Promise<Metrics>>()

/**
 * Prometheus metrics of what is observed, in a registry of prom-client. Asked again for the same registry, the same.
 * Needs the package `prom-client`.
 *
 * @throws UsageError BAD_OPTION when it is not installed, or that is no registry
 * @example
 * const register = new Registry()
 * const stop = (await metrics(register)).observe({ name: 'web', mount, loops: [loop] })
 * response.end(await register.metrics())
 */
export const metrics = (register: MetricRegistry): Promise<Metrics> => {
  const known = made.get(register)
  if (known) return known
  const making = loadPromClient().then(
    (library) => new RegisteredMetrics(library, checked(library, register)),
  )
  made.set(register, making)
  making.catch(() => made.delete(register))
  return making
}

/** A registry of one's own, for those who have none. @throws UsageError BAD_OPTION when prom-client is not installed */
export const newRegistry = async (): Promise<MetricRegistry> => new (await loadPromClient()).Registry()
