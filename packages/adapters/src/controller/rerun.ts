import { createHash } from 'node:crypto'
import { hasStatus } from '../kubernetes/api-error.js'
import type { KubeClient } from '../kubernetes/client.js'
import type { KubeObject, ObjectMeta } from '../kubernetes/objects.js'
import { resources } from '../kubernetes/resources.js'
import { stateName } from './annotation-names.js'
import type { Hand } from './hand.js'
import { property, stringsOf } from './hashes.js'
import type { Annotations } from './kinds.js'
import { type State, writeState } from './state.js'
import type { Workload } from './workload.js'

const ofName = 'hotmount.dev/rerun-of'
/** A Job's name becomes a label of its pods: 63 characters. */
const longestBase = 54

/** What a Job is run for: the next rollout of a workload, whoever writes it. */
interface Occasion {
  readonly digest: string
  readonly state: State
}

/**
 * The same for the same rollout, so that it is not run twice: whoever comes second finds it there. Another one for the
 * way back to a config, whose Job of then may still be there.
 */
const nameFor = (base: string, { uid }: Workload, { digest, state }: Occasion): string => {
  const occasion = JSON.stringify([uid, digest, state.rollouts.at(-2), state.released])
  const mark = createHash('sha256').update(occasion).digest('hex').slice(0, 8)
  // Cut after a dot, it would be no name.
  return `${base.slice(0, longestBase).replace(/[.-]+$/, '')}-${mark}`
}

/** Labels that the API server gives to each Job itself. */
const isOwnLabel = (name: string): boolean =>
  ['controller-uid', 'job-name'].includes(name) || name.startsWith('batch.kubernetes.io/')

const without = (labels: Annotations, drop: (name: string) => boolean): Annotations =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !drop(name)))

const record = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {})

const create = async (
  client: KubeClient,
  metadata: ObjectMeta,
  spec: object,
  signal: AbortSignal,
): Promise<void> => {
  const job: KubeObject & { readonly spec: object } = { metadata, spec }
  try {
    await client.create(resources.jobs, job, { signal })
  } catch (error) {
    if (!hasStatus(error, 409)) throw error
  }
}

/** Runs the Job of a CronJob now, as `kubectl create job --from` does. */
const runCronJob = async (
  client: KubeClient,
  workload: Workload,
  occasion: Occasion,
  signal: AbortSignal,
) => {
  const { namespace, name, uid } = workload
  const cronJob = await client.get(resources.cronJobs, { namespace, name }, signal)
  const template = property(property(cronJob, 'spec'), 'jobTemplate')
  const metadata = property(template, 'metadata')
  const annotations = {
    ...stringsOf(property(metadata, 'annotations')),
    'cronjob.kubernetes.io/instantiate': 'manual',
    [ofName]: name,
  }
  const labels = stringsOf(property(metadata, 'labels'))
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name, uid, controller: true }
  const made = {
    name: nameFor(name, workload, occasion),
    namespace,
    labels,
    annotations,
    ownerReferences: [owner],
  }
  await create(client, made, record(property(template, 'spec')), signal)
}

/**
 * Runs a Job anew under another name, then deletes it. In this order a controller that ends in between loses nothing:
 * the next one finds the new Job there, and deletes the old one.
 */
const replaceJob = async (
  client: KubeClient,
  workload: Workload,
  occasion: Occasion,
  signal: AbortSignal,
): Promise<void> => {
  const { namespace, name, uid } = workload
  const job = await client.get(resources.jobs, { namespace, name }, signal)
  const {
    selector: _selector,
    manualSelector: _manual,
    template,
    ...spec
  } = record(property(job, 'spec')) as {
    readonly selector?: unknown
    readonly manualSelector?: unknown
    readonly template?: unknown
  }
  const inTemplate = record(property(template, 'metadata'))
  const base = job.metadata.annotations?.[ofName] ?? name
  const made = {
    name: nameFor(base, workload, occasion),
    namespace,
    labels: without(job.metadata.labels ?? {}, isOwnLabel),
    annotations: { ...job.metadata.annotations, [ofName]: base, [stateName]: writeState(occasion.state) },
  }
  const labels = without(stringsOf(property(inTemplate, 'labels')), isOwnLabel)
  const again = { ...spec, template: { ...record(template), metadata: { ...inTemplate, labels } } }
  await create(client, made, again, signal)
  await client.delete(resources.jobs, { namespace, name }, { uid, propagationPolicy: 'Background', signal })
}

/** Runs Jobs and CronJobs anew, and leaves everything else to another hand. What is suspended is not run. */
export const rerunning = (client: KubeClient, hand: Hand): Hand => ({
  ...hand,
  roll: async (workload, stamp, state, signal) => {
    const { kind, suspended } = workload
    if (kind !== 'Job' && kind !== 'CronJob') return hand.roll(workload, stamp, state, signal)
    if (kind === 'Job' && !suspended) {
      await replaceJob(client, workload, { digest: stamp.digest, state }, signal)
      return workload
    }
    if (!suspended) await runCronJob(client, workload, { digest: stamp.digest, state }, signal)
    return hand.note(workload, state, signal)
  },
})
