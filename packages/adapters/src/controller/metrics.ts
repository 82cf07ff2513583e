import { type Gauge as GaugeType, loadPromClient } from '../observe/prom-client.js'
import type { Cluster } from './cluster.js'
import type { Controller } from './controller.js'
import type { RollReport } from './report.js'
import { workloadTypes } from './workload-types.js'

/** What the metrics are read from. */
export interface Measured {
  readonly cluster: Cluster
  readonly controller: Controller
  readonly isLeader: () => boolean
}

/** All metrics as text. */
export interface Exposition {
  readonly type: string
  readonly body: string
}

const prefix = 'hotmount_controller_'
const seconds = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600]
const reasons = ['annotation', 'coalesce', 'pause', 'breaker', 'approval', 'window', 'rate', 'turn'] as const
const outcomes: readonly RollReport['outcome'][] = [
  'adopted',
  'rolled',
  'complete',
  'stuck',
  'waiting',
  'failed',
  'complaint',
  'resumed',
]
const kinds = Object.keys(workloadTypes)

const sizeOf = (things: Iterable<unknown>): number => {
  let size = 0
  for (const _ of things) size += 1
  return size
}

/**
 * Counts what a controller does, and returns how to read it. No label holds the name of a workload, a resource or a key.
 *
 * @throws UsageError BAD_OPTION when prom-client is not installed
 */
export const openMetrics = async (measured: Measured): Promise<() => Promise<Exposition>> => {
  const { Counter, Gauge, Histogram, Registry } = await loadPromClient()
  const register = new Registry()
  const { cluster, controller, isLeader } = measured
  const reports = new Counter({
    name: `${prefix}reports_total`,
    help: `What happened to workloads, by outcome: ${outcomes.join(', ')}.`,
    labelNames: ['outcome', 'namespace', 'kind'],
    registers: [register],
  })
  // Under this name the dashboards and alerts of who comes from Reloader go on working.
  const reloads = new Counter({
    name: 'reloader_reload_executed_total',
    help: 'Rollouts that were written, or failed to be.',
    labelNames: ['success'],
    registers: [register],
  })
  const waited = new Histogram({
    name: `${prefix}waited_seconds`,
    help: 'From the first change of a rollout that was seen to its write.',
    buckets: seconds,
    registers: [register],
  })
  const took = new Histogram({
    name: `${prefix}rollout_seconds`,
    help: 'From the write of a rollout to its completion.',
    buckets: seconds,
    registers: [register],
  })
  const gauge = (name: string, help: string, read: () => number): void => {
    const metric: GaugeType = new Gauge({
      name: `${prefix}${name}`,
      help,
      registers: [register],
      collect: () => metric.set(read()),
    })
  }
  gauge('leader', '1 while this one acts, else 0.', () => Number(isLeader()))
  gauge('rolling', 'Rollouts that were begun here and are not over.', () => controller.rolling)
  gauge('pending', 'Workloads to be looked at, now or later.', () => controller.pending)
  gauge('failing', 'Workloads whose last write failed, and is tried again.', () => controller.failing)
  gauge('workloads', 'Workloads that are kept in view.', () => sizeOf(cluster.workloads.all()))
  gauge('resources', 'ConfigMaps and Secrets that are kept in view, as names and hashes.', () =>
    sizeOf(cluster.resources.all()),
  )
  gauge('unreadable_types', 'Types of objects that cannot be read now.', () => cluster.health.troubles.length)
  const waiting: GaugeType = new Gauge({
    name: `${prefix}waiting`,
    help: 'Workloads whose rollout waits, by what for.',
    labelNames: ['for'],
    registers: [register],
    collect: () => {
      for (const reason of reasons) waiting.set({ for: reason }, controller.waiting[reason] ?? 0)
    },
  })
  for (const success of ['true', 'false']) reloads.inc({ success }, 0)
  const count = (report: RollReport): void => {
    const { outcome, workload } = report
    reports.inc({ outcome, namespace: workload.namespace, kind: workload.kind })
    if (outcome === 'rolled') {
      reloads.inc({ success: 'true' })
      waited.observe(report.waitedMs / 1000)
    } else if (outcome === 'failed') reloads.inc({ success: 'false' })
    else if (outcome === 'complete') took.observe(report.tookMs / 1000)
  }
  controller.on('report', count)
  // Namespaces come and go, of some clusters one for each branch that is tested: their series must go, too.
  cluster.on('workload', ({ kind: change, namespace }) => {
    if (change !== 'removed' || sizeOf(cluster.workloads.in(namespace)) > 0) return
    for (const outcome of outcomes) for (const kind of kinds) reports.remove({ outcome, namespace, kind })
  })
  return async () => ({ type: register.contentType, body: await register.metrics() })
}
