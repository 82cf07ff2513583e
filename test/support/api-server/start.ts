import path from 'node:path'
import { type KubeClient, kubeClient, type KubeClientOptions } from '@hotmount/adapters/kubernetes'
import { onTestFinished } from 'vitest'
import { authority } from '../certificates.js'
import { directory } from '../mounted.js'
import { realServer } from '../real-server/real-server.js'
import { realKubeconfig } from '../real-server/upstream.js'
import type { Access, Rule } from './access.js'
import type { Answers } from './answers.js'
import { kubeconfigOf, type Known, type ServiceAccount, serviceAccountOf } from './credentials.js'
import type { Door, ServerTls } from './door.js'
import type { OpenWatches } from './open-watches.js'
import { ApiServer } from './server.js'
import type { Store } from './store.js'
import { Workloads } from './workloads.js'

/** What of a class can be used from outside. */
type Plain<T> = Pick<T, keyof T>

/** The double, or a real API server behind the same names. */
export interface Server extends Plain<Door> {
  readonly store: Pick<
    Store,
    'now' | 'knows' | 'version' | 'get' | 'find' | 'list' | 'create' | 'replace' | 'remove' | 'compact'
  >
  readonly access: Pick<Access, 'grant' | 'rotate' | 'tokenOf'>
  readonly watches: Plain<OpenWatches>
  readonly answers: Pick<Answers, 'expireLists'>
  readonly workloads: Pick<
    Workloads,
    | 'stop'
    | 'healthy'
    | 'nodes'
    | 'made'
    | 'look'
    | 'pause'
    | 'resume'
    | 'settled'
    | 'exceedDeadline'
    | 'podsOf'
  >
}

interface Wanted {
  /** Speaks HTTPS, with a certificate of its own: a pod knows no other server. */
  readonly tls?: boolean
}

const certificateOf = ({ tls = false }: Wanted): ServerTls | undefined => {
  const issued = tls ? authority() : undefined
  return issued && { ...issued.issue('localhost').pem, ca: issued.pem.cert }
}

/** The double, whatever is asked for: for what no real server can be made to do. */
export const doubledServer = async (
  wanted: Wanted = {},
): Promise<ApiServer & { readonly workloads: Workloads }> => {
  const server = new ApiServer(certificateOf(wanted))
  await server.start()
  const workloads = new Workloads(server.store)
  onTestFinished(async () => {
    workloads.stop()
    await server.stop()
  })
  return Object.assign(server, { workloads })
}

/**
 * A server that is gone when the test is, with controllers that roll workloads: the double, or, where
 * HOTMOUNT_TEST_KUBECONFIG names one, namespaces of a real API server that the test has for itself.
 */
export const apiServer = async (wanted: Wanted = {}): Promise<Server> =>
  realKubeconfig === null ? doubledServer(wanted) : realServer(realKubeconfig, certificateOf(wanted))

/** A server that somebody may be let in to. */
type Granting = Known & Pick<Server, 'access'>

/** A client of somebody who may do what the rules say; without rules, anything. Closed when the test is over. */
export const clientOf = async (
  server: Granting,
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
  server: Granting,
  user?: string,
  rules?: readonly Rule[],
): Promise<ServiceAccount> => {
  if (user !== undefined) server.access.grant(user, rules)
  return serviceAccountOf(server, await directory(), user)
}
