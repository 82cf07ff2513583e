import { ApiError, hasStatus } from '../kubernetes/api-error.js'
import type { KubeClient } from '../kubernetes/client.js'
import { type AnnotationNames, ownNames, relevantTo, stateName } from './annotation-names.js'
import type { Stamp } from './plan.js'
import { noteOf, stampOf, type Strategy, type Writing } from './stamp.js'
import { type State, writeState } from './state.js'
import { keyOf } from './views.js'
import { type Workload, workloadOf } from './workload.js'
import { workloadTypes } from './workload-types.js'

/** What acts on workloads. */
export interface Hand {
  /** Writes down what is known, and touches no pod. Resolves with the workload as it is then. @throws ApiError */
  note(workload: Workload, state: State, signal: AbortSignal): Promise<Workload>
  /** Rolls its pods, and writes down for what. @throws ApiError */
  roll(workload: Workload, stamp: Stamp, state: State, signal: AbortSignal): Promise<Workload>
  /** Lets a paused Deployment go on, and takes away the note of when it was paused. @throws ApiError */
  resume(workload: Workload, signal: AbortSignal): Promise<Workload>
  /** A workload as this hand left it. */
  seen(workload: Workload): Workload
}

/** Whom the API server notes down as the owner of what the controller writes. */
const fieldManager = 'hotmount-controller'

/** How an {@link apiHand} stamps. */
export interface HandSettings {
  readonly client: KubeClient
  readonly names: AnnotationNames
  readonly strategy: Strategy
  readonly now: () => number
}

/** What all annotations of an object may have together, in bytes. */
const mostOfAnnotations = 262_144

/** What the API server does not take because more is remembered than an object has room for, in words that help. */
const explained = (error: unknown, state: State, { byKind }: AnnotationNames): unknown => {
  const bytes = Buffer.byteLength(writeState(state))
  if (!hasStatus(error, 422) || bytes < mostOfAnnotations / 2) return error
  const { code, message, retryable } = error
  const count = Object.keys(state.rolled).length
  const lists = Object.values(byKind).map(({ reload }) => reload)
  return new ApiError(code, message, error, {
    hint:
      `what it may roll for is remembered in its annotations: ${Math.ceil(bytes / 1024)} KiB for ${count} ConfigMaps and Secrets, ` +
      `and an object has 256 KiB for all of them. Let fewer names match in ${lists.join(' and ')}, or roll for what it uses: ${ownNames.rollout}: auto`,
    retryable,
    origin: error,
  })
}

/** Acts through the API server. */
export const apiHand = ({ client, names, strategy, now }: HandSettings): Hand => {
  const isRelevant = relevantTo(names)
  const write = async (
    workload: Workload,
    { type, body }: Writing,
    signal: AbortSignal,
  ): Promise<Workload> => {
    const { kind, namespace, name } = workload
    const options = { fieldManager, force: type === 'apply', signal }
    const object = await client.patch(workloadTypes[kind], { namespace, name }, { type, body }, options)
    return workloadOf(kind, object, isRelevant)
  }
  const remember = async (
    workload: Workload,
    writing: Writing,
    state: State,
    signal: AbortSignal,
  ): Promise<Workload> => {
    try {
      return await write(workload, writing, signal)
    } catch (error) {
      throw explained(error, state, names)
    }
  }
  return {
    note: (workload, state, signal) => remember(workload, noteOf(workload, state), state, signal),
    roll: (workload, stamp, state, signal) => {
      const how = { strategy, names, now: new Date(now()) }
      return remember(workload, stampOf(workload, stamp, state, how), state, signal)
    },
    resume: (workload, signal) => {
      const { resourceVersion } = workload
      const metadata = { resourceVersion, annotations: { [names.pausedAt]: null } }
      return write(workload, { type: 'merge', body: { metadata, spec: { paused: false } } }, signal)
    },
    seen: (workload) => workload,
  }
}

/** Acts on nothing, and remembers what it would have written. */
export const dryHand = (): Hand => {
  const written = new Map<string, string>()
  const seen = (workload: Workload): Workload => {
    const text = written.get(keyOf(workload))
    if (text === undefined) return workload
    return { ...workload, annotations: { ...workload.annotations, [stateName]: text } }
  }
  const note = (workload: Workload, state: State): Promise<Workload> => {
    written.set(keyOf(workload), writeState(state))
    return Promise.resolve(workload)
  }
  return {
    note,
    roll: (workload, _stamp, state) => note(workload, state),
    resume: (workload) => Promise.resolve(workload),
    seen,
  }
}
