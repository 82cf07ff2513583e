import { type Mount, MountError, type SuppliedMount, supplyMount, UsageError } from '@hotmount/core'
import type { ApiError } from '../kubernetes/api-error.js'
import type { KubeClient } from '../kubernetes/client.js'
import { refuseUnknown } from '../options/known.js'
import type { WatchServicesOptions } from './options.js'
import { bytesIn, passOn } from './beside.js'
import { ServicesText } from './services-text.js'
import { Sources } from './sources.js'

/** The key that holds the Services. */
const servicesKey = 'services.json'

const nameOf = ({ selector = '' }: WatchServicesOptions, namespace: string): string =>
  `services ${selector === '' ? '' : `${selector} `}in ${namespace === '*' ? 'all namespaces' : namespace}`

const unreadable = (path: string, { message, hint, origin }: ApiError): MountError =>
  new MountError('MOUNT_UNREADABLE', path, `${path} cannot be read: ${message}`, {
    hint,
    retryable: true,
    origin,
  })

const allGone = (path: string): MountError =>
  new MountError('MOUNT_EMPTIED', path, `all ${path} vanished at once; what was there last stays`, {
    hint: "were their labels changed? Pass emptied: 'accept' if no Service is meant",
  })

const refuse = (options: WatchServicesOptions): void => {
  refuseUnknown('watchServices', options, {
    selector: true,
    namespace: true,
    endpoints: true,
    beside: true,
    settle: true,
    emptied: true,
    onTrouble: true,
    silence: true,
    resync: true,
    backoff: true,
    signal: true,
    clock: true,
  })
  if (options.beside?.snapshot.has(servicesKey) === true)
    throw new UsageError('BAD_OPTION', `beside: it has a key ${servicesKey} of its own`, {
      hint: 'give that key another name',
    })
}

const closeWith = (mount: Mount, signal: AbortSignal): void => {
  const close = (): void => void mount.close()
  signal.addEventListener('abort', close, { once: true })
  mount.signal.addEventListener('abort', () => signal.removeEventListener('abort', close), { once: true })
  if (signal.aborted) close()
}

/**
 * Services of a cluster, with the endpoints behind them, as a mount with one key, `services.json`: an array of
 * {@link ServiceValue}. Whatever takes a mount takes it: `stage` renders it, `push` sends it. While the API server is
 * away, what it said last stays. Resolves when all that is there has been read, however long the server is away.
 * Needs the verbs `list` and `watch` on services and endpointslices.
 *
 * @throws MountError MOUNT_UNREADABLE when the server refuses; UsageError BAD_OPTION, BAD_DURATION
 * @example
 * const mount = await watchServices(await kubeClient(), { selector: 'expose=nginx' })
 * reload(mount, stage({ into: '/staged', render: { 'default.conf': eta({ file: '/app/default.conf.eta' }) } }))
 */
export const watchServices = async (
  client: KubeClient,
  options: WatchServicesOptions = {},
): Promise<Mount> => {
  refuse(options)
  const { namespace = client.namespace, emptied = 'hold', beside, settle, signal, onTrouble } = options
  const path = nameOf(options, namespace)
  signal?.throwIfAborted()
  const sources = new Sources(client, options, namespace)
  await sources.opened((error) => unreadable(path, error), onTrouble, signal)

  const text = new ServicesText(emptied === 'hold')
  const mount: SuppliedMount = supplyMount({
    path,
    read: () => ({ ...bytesIn(beside), [servicesKey]: text.of(sources.services, sources.slices) }),
    ...(settle !== undefined && { settle }),
    lastContactAt: () => sources.lastContactAt,
    release: async () => {
      await Promise.all([sources.close(), beside?.close()])
    },
  })
  sources.onChange(() => {
    // What is there again before it has settled was never gone.
    if (sources.services.size > 0) mount.end('MOUNT_EMPTIED')
    mount.ring()
  })
  text.onHeld = () => mount.begin(allGone(path))
  sources.onTrouble((trouble) => {
    if (trouble) mount.begin(unreadable(path, trouble))
    else mount.end('MOUNT_UNREADABLE')
  })
  if (beside) passOn(beside, mount)
  if (signal) closeWith(mount, signal)
  return mount
}
