import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { kubeClient, rollout } from '@hotmount/adapters/kubernetes'
import { kubeconfigOf } from '../support/api-server/credentials.js'
import type { Stored } from '../support/api-server/kinds.js'
import { workload } from '../support/api-server/objects.js'
import { ApiServer } from '../support/api-server/server.js'
import { Workloads } from '../support/api-server/workloads.js'
import { type Row, secret } from './row.js'

const digestName = 'hotmount.dev/digest'
const isReady = ({ status }: Stored): boolean => JSON.stringify(status).includes('"status":"True"')

/** Pods that read the config once, when they are made; with a bad one, they never become ready. */
const podsOf = (server: ApiServer, workloads: Workloads, mount: string) => {
  const startedWith = new Map<string, string>()
  const bad = new Set<string | undefined>()
  workloads.healthy = ({ metadata }) => !bad.has(metadata?.annotations?.[digestName])
  server.store.onWrite(({ plural, before, after }) => {
    if (plural !== 'pods' || before || !after) return
    const version = readFileSync(join(mount, 'version'), 'utf8')
    startedWith.set(after.metadata.name, version)
    if (version !== 'bad') return
    bad.add(after.metadata.annotations?.[digestName])
    setImmediate(() => workloads.exceedDeadline('default', 'shop'))
  })
  return (): string | undefined => {
    const newest = server.store.list('pods').findLast(isReady)
    return newest && startedWith.get(newest.metadata.name)
  }
}

/** Adapters that act through an API server. */
export const rowsOfCluster: readonly Row[] = [
  {
    name: 'rollout',
    build: async ({ mount, work, publish, defer }) => {
      const server = new ApiServer()
      await server.start()
      defer(() => server.stop())
      const workloads = new Workloads(server.store)
      defer(() => workloads.stop())
      await publish({ version: 'v1', token: secret })
      const inEffect = podsOf(server, workloads, mount)
      server.store.create('deployments', workload({ name: 'shop', replicas: 1 }))
      const client = await kubeClient({ kubeconfig: kubeconfigOf(server, join(work, 'kubeconfig')) })
      defer(() => client.close())
      // A loop of its own for each clause: a real pod's would go on from where the workload is.
      const reaction = rollout({ client, workload: 'deployment/shop', poll: 5, lag: 50, limit: false })
      const waits = (wait: () => void) => () => {
        wait()
        return {
          reaction,
          free: () => {
            server.faults.clear()
            workloads.resume()
          },
        }
      }
      return {
        reaction,
        good: (version) => ({ version, token: secret }),
        inEffect,
        bad: {
          data: { version: 'bad', token: secret },
          outcome: 'rolledBack',
          code: 'VERIFY_FAILED',
        },
        stuck: {
          check: waits(() => server.faults.hang(1, { verb: 'get' })),
          apply: waits(() => server.faults.hang(1, { verb: 'patch' })),
          verify: waits(() => workloads.pause()),
        },
      }
    },
  },
]
