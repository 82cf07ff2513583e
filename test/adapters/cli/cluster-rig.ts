import path from 'node:path'
import type { Data, SimulatedMount } from '@hotmount/core/testing'
import type { Rule } from '../../support/api-server/access.js'
import { kubeconfigOf } from '../../support/api-server/credentials.js'
import type { Server } from '../../support/api-server/start.js'
import { pod } from '../../support/api-server/objects.js'
import { launch, type Running, temporary, volume } from './support.js'

/** A sidecar of one pod, as a process of its own, on a volume of its own. */
export interface Replica {
  readonly name: string
  readonly mount: SimulatedMount
  readonly running: Running
  readonly kubeconfig: string
}

/** The environment of a container whose pod may do what the rules say. */
export const podEnv = async (
  server: Server,
  name: string,
  rules: readonly Rule[],
): Promise<NodeJS.ProcessEnv & { readonly KUBECONFIG: string }> => {
  server.access.grant(name, rules)
  const KUBECONFIG = kubeconfigOf(server, path.join(await temporary(), 'kubeconfig'), name)
  // oxlint-disable-next-line node/no-process-env -- the command needs a PATH
  return { PATH: process.env['PATH'], KUBECONFIG, POD_NAME: name, POD_NAMESPACE: 'default' }
}

/** Starts the sidecar of a pod labelled app=shop. `flags` may name the mount. */
export const replica = async (
  server: Server,
  name: string,
  rules: readonly Rule[],
  data: Data,
  flags: (mount: string) => readonly string[] | Promise<readonly string[]>,
): Promise<Replica> => {
  server.store.create('pods', pod(name, { labels: { app: 'shop' } }))
  const mount = await volume(data)
  const env = await podEnv(server, name, rules)
  const running = launch(['sidecar', ...(await flags(mount.path))], env)
  return { name, mount, running, kubeconfig: env.KUBECONFIG }
}

/** Publishes on all of them; resolves with the revision of each. */
export const publish = (all: readonly Replica[], data: Data): Promise<readonly (string | undefined)[]> =>
  Promise.all(all.map(({ mount }) => mount.swap(data)))
