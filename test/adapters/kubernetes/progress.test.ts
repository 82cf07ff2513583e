import { describe, expect, it } from 'vitest'
import type { Workload } from '@hotmount/adapters/kubernetes'
import { progressOf } from '../../../packages/adapters/src/kubernetes/progress.js'

type Status = Workload['status']
const workload = (spec: Workload['spec'], status: Status): Workload => ({
  metadata: { name: 'w', generation: 2 },
  spec: { replicas: 3, ...spec },
  status: { observedGeneration: 2, ...status },
})
const deadline = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' } as const

describe('how far a rollout is', () => {
  it.each<[kind: string, what: string, of: Workload, said: string]>([
    [
      'Deployment',
      'not seen',
      workload({}, { observedGeneration: 1, updatedReplicas: 3, replicas: 3, availableReplicas: 3 }),
      'the controller has not seen it yet',
    ],
    [
      'Deployment',
      'begun',
      workload({}, { updatedReplicas: 1, replicas: 4, availableReplicas: 3 }),
      '1 of 3 pods are new',
    ],
    [
      'Deployment',
      'old ones there',
      workload({}, { updatedReplicas: 3, replicas: 4, availableReplicas: 4 }),
      '1 old pods are still there',
    ],
    [
      'Deployment',
      'not available',
      workload({}, { updatedReplicas: 3, replicas: 3, availableReplicas: 2 }),
      '2 of 3 new pods are available',
    ],
    ['Deployment', 'done', workload({}, { updatedReplicas: 3, replicas: 3, availableReplicas: 3 }), 'done'],
    ['Deployment', 'of none', workload({ replicas: 0 }, {}), 'done'],
    [
      'Deployment',
      'too long',
      workload({}, { updatedReplicas: 1, conditions: [deadline] }),
      'failed: ProgressDeadlineExceeded',
    ],
    [
      'Deployment',
      'too long before',
      workload({}, { observedGeneration: 1, conditions: [deadline] }),
      'the controller has not seen it yet',
    ],
    ['StatefulSet', 'begun', workload({}, { updatedReplicas: 1, readyReplicas: 3 }), '1 of 3 pods are new'],
    [
      'StatefulSet',
      'not ready',
      workload({}, { updatedReplicas: 3, readyReplicas: 2 }),
      '2 of 3 pods are ready',
    ],
    [
      'StatefulSet',
      'not taken over',
      workload({}, { updatedReplicas: 3, readyReplicas: 3, currentRevision: 'a', updateRevision: 'b' }),
      'the revision is not taken over yet',
    ],
    [
      'StatefulSet',
      'done',
      workload({}, { updatedReplicas: 3, readyReplicas: 3, currentRevision: 'b', updateRevision: 'b' }),
      'done',
    ],
    [
      'StatefulSet',
      'done above its partition',
      workload(
        { updateStrategy: { rollingUpdate: { partition: 2 } } },
        { updatedReplicas: 1, readyReplicas: 3, currentRevision: 'a', updateRevision: 'b' },
      ),
      'done',
    ],
    [
      'DaemonSet',
      'begun',
      workload({}, { desiredNumberScheduled: 4, updatedNumberScheduled: 1, numberAvailable: 4 }),
      '1 of 4 pods are new',
    ],
    [
      'DaemonSet',
      'not available',
      workload({}, { desiredNumberScheduled: 4, updatedNumberScheduled: 4, numberAvailable: 3 }),
      '3 of 4 pods are available',
    ],
    [
      'DaemonSet',
      'done',
      workload({}, { desiredNumberScheduled: 4, updatedNumberScheduled: 4, numberAvailable: 4 }),
      'done',
    ],
  ])('%s, %s', (kind, _what, of, said) => {
    const progress = progressOf(kind, of)
    const words =
      progress.state === 'waiting'
        ? progress.for
        : progress.state === 'failed'
          ? `failed: ${progress.why}`
          : 'done'
    expect(words).toBe(said)
  })
})
