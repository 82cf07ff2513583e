import { describe, expect, it } from 'vitest'
import { progressOf, type Rolling } from '../../../packages/adapters/src/controller/progress.js'
import type { WorkloadKind } from '../../../packages/adapters/src/controller/kinds.js'

type Status = NonNullable<Rolling['status']>
const stuck = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }
const done = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 }

describe('how far a rollout is', () => {
  it.each<[kind: WorkloadKind, spec: Rolling['spec'], status: Status, progress: string]>([
    ['Deployment', { replicas: 2 }, done, 'complete'],
    ['Deployment', { replicas: 2 }, { ...done, observedGeneration: 1 }, 'rolling'],
    ['Deployment', { replicas: 2 }, { ...done, replicas: 3 }, 'rolling'],
    ['Deployment', { replicas: 2 }, { ...done, updatedReplicas: 1 }, 'rolling'],
    ['Deployment', { replicas: 2 }, { ...done, availableReplicas: 1 }, 'rolling'],
    ['Deployment', { replicas: 2 }, { ...done, availableReplicas: 1, conditions: [stuck] }, 'failed'],
    ['Deployment', { replicas: 2 }, { ...done, conditions: [stuck] }, 'complete'],
    ['Deployment', { replicas: 0 }, {}, 'complete'],
    ['Deployment', {}, { replicas: 1, updatedReplicas: 1, availableReplicas: 1 }, 'complete'],
    ['Deployment', { replicas: 2, paused: true }, {}, 'manual'],
    ['StatefulSet', { replicas: 2 }, done, 'complete'],
    ['StatefulSet', { replicas: 2 }, { ...done, updatedReplicas: 1 }, 'rolling'],
    ['StatefulSet', { replicas: 2 }, { ...done, readyReplicas: 1 }, 'rolling'],
    [
      'StatefulSet',
      { replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } },
      { ...done, updatedReplicas: 1 },
      'complete',
    ],
    ['StatefulSet', { replicas: 2, updateStrategy: { type: 'OnDelete' } }, {}, 'manual'],
    [
      'DaemonSet',
      {},
      { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 },
      'complete',
    ],
    [
      'DaemonSet',
      {},
      { desiredNumberScheduled: 3, updatedNumberScheduled: 2, numberAvailable: 3 },
      'rolling',
    ],
    [
      'DaemonSet',
      {},
      { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 },
      'rolling',
    ],
    ['DaemonSet', { updateStrategy: { type: 'OnDelete' } }, {}, 'manual'],
    ['Rollout', {}, { phase: 'Healthy', observedGeneration: '2' }, 'complete'],
    ['Rollout', {}, { phase: 'Healthy', observedGeneration: '1' }, 'rolling'],
    ['Rollout', {}, { phase: 'Progressing' }, 'rolling'],
    ['Rollout', {}, { phase: 'Degraded' }, 'failed'],
    ['Rollout', {}, { phase: 'Paused' }, 'manual'],
    ['Job', {}, {}, 'complete'],
  ])('%s %j %j is %s', (kind, spec, status, progress) => {
    const object = {
      metadata: { generation: 2 },
      ...(spec && { spec }),
      status: { observedGeneration: 2, ...status },
    }
    expect(progressOf(kind, object)).toBe(progress)
  })
})
