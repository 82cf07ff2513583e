import path from 'node:path'
import { type KubeClient, kubeClient, type KubeClientOptions } from '@hotmount/adapters/kubernetes'
import { onTestFinished } from 'vitest'
import { authority } from '../certificates.js'
import { directory } from '../mounted.js'
import type { Rule } from './access.js'
import { kubeconfigOf, type ServiceAccount, serviceAccountOf } from './credentials.js'
import { ApiServer } from './server.js'
import { Workloads } from './workloads.js'

/** A server that is gone when the test is, with controllers that roll workloads. */
export const apiServer = async ({ tls = false }: { readonly tls?: boolean } = {}): Promise<
  ApiServer & { readonly workloads: Workloads }
> => {
  const issued = tls ? authority() : undefined
  const own = issued?.issue('localhost')
  const server = new ApiServer(issued && own && { ...own.pem, ca: issued.pem.cert })
  await server.start()
  const workloads = new Workloads(server.store)
  onTestFinished(async () => {
    workloads.stop()
    await server.stop()
  })
  return Object.assign(server, { workloads })
}

/** A client of somebody who may do what the rules say; without rules, anything. Closed when the test is over. */
export const clientOf = async (
  server: ApiServer,
  user = 'admin',
  rules?: readonly Rule[],
  options: KubeClientOptions = {},
): Promise<KubeClient> => {
  server.access.grant(user, rules)
  const file = path.join(await directory(), 'kubeconfig')
  const client = await kubeClient({ kubeconfig: kubeconfigOf(server, file, user), ...options })
  onTestFinished(() => client.close())
  return client
}

/** The ServiceAccount of a pod, as a directory and variables. */
export const serviceAccount = async (
  server: ApiServer,
  user?: string,
  rules?: readonly Rule[],
): Promise<ServiceAccount> => {
  if (user !== undefined) server.access.grant(user, rules)
  return serviceAccountOf(server, await directory(), user)
}
