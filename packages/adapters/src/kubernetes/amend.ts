import { setTimeout as pause } from 'node:timers/promises'
import { isConflict } from './api-error.js'
import type { KubeClient } from './client.js'
import type { KubeObject } from './objects.js'
import type { Patch, WriteOptions } from './queries.js'
import type { Ref, Resource } from './resources.js'

const mostTries = 8
// Replicas that write the same object at once must not meet again at once.
const pauseMs = 50

/** A patch that fails with 409 when somebody wrote since this version. */
const guarded = (patch: Patch, resourceVersion: string | undefined): Patch => {
  if (resourceVersion === undefined) return patch
  if (patch.type === 'json') {
    const test = { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion }
    return { type: 'json', body: [test, ...patch.body] }
  }
  const { type, body } = patch
  const metadata = 'metadata' in body && typeof body.metadata === 'object' ? body.metadata : {}
  return { type, body: { ...body, metadata: { ...metadata, resourceVersion } } }
}

/**
 * Reads an object, decides, and changes it only if nobody else wrote in between; else it reads and decides again.
 * Resolves with the object as it is then; when there is nothing to change, as it was read. Needs `get` and `patch`.
 *
 * @throws ApiError; with status 409 when others wrote in between eight times
 * @example
 * await amend(client, resources.deployments, { name: 'shop' }, ({ spec }) =>
 *   spec?.paused ? { type: 'merge', body: { spec: { paused: false } } } : undefined,
 * )
 */
export const amend = async <T extends KubeObject>(
  client: KubeClient,
  resource: Resource<T>,
  ref: Ref,
  decide: (object: T) => Patch | undefined,
  options: WriteOptions = {},
): Promise<T> => {
  for (let tries = 1; ; tries++) {
    const object = await client.get(resource, ref, options.signal)
    const patch = decide(object)
    if (!patch) return object
    try {
      return await client.patch(resource, ref, guarded(patch, object.metadata.resourceVersion), options)
    } catch (error) {
      if (!isConflict(error) || tries >= mostTries) throw error
      await pause(Math.random() * pauseMs * tries, undefined, options.signal && { signal: options.signal })
    }
  }
}
