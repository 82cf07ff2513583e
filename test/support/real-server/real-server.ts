import { kubeClient } from '@hotmount/adapters/kubernetes'
import { onTestFinished } from 'vitest'
import type { ServerTls } from '../api-server/door.js'
import type { Server } from '../api-server/start.js'
import { Front } from './front.js'
import { RealAccess } from './real-access.js'
import { RealStore } from './real-store.js'
import { RealWorkloads } from './real-workloads.js'
import { SyncClient } from './sync-client.js'
import { upstreamOf } from './upstream.js'
import { View } from './view.js'

/** Namespaces of a real API server that the test has for itself; they are deleted when it is over. */
export const realServer = async (kubeconfig: string, tls?: ServerTls): Promise<Server> => {
  const upstream = await upstreamOf(kubeconfig)
  const view = new View()
  const asking = new SyncClient(upstream)
  const store = new RealStore(asking, view)
  const access = new RealAccess(asking, store, view)
  const front = new Front(upstream, view, () => String(store.version), tls)
  const client = await kubeClient({ kubeconfig })
  const workloads = new RealWorkloads(client, store, view)
  store.onCompact = (version) => (front.compacted = version)
  access.onRefuse = (authorization) => front.refused.add(authorization)
  onTestFinished(async () => {
    await front.stop()
    await workloads.stop()
    await client.close()
    access.revoke()
    store.finish()
    for (const name of store.namespaces) asking.ask({ method: 'DELETE', path: `/api/v1/namespaces/${name}` })
    await asking.close()
  })
  store.ensure('default')
  await front.start()
  return Object.assign(front, { store, access, workloads, answers: front })
}
