import { type KubeClient, rollout, type RolloutOptions } from '@hotmount/adapters/kubernetes'
import { type Mount, reload, type ReloadOptions, type Report } from '@hotmount/core'
import { expect, onTestFinished } from 'vitest'
import type { Rule } from '../../support/api-server/access.js'
import type { Stored } from '../../support/api-server/kinds.js'
import { workload } from '../../support/api-server/objects.js'
import { apiServer, type Server } from '../../support/api-server/start.js'

export const named: readonly Rule[] = [
  {
    apiGroups: ['apps'],
    resources: ['deployments'],
    resourceNames: ['shop'],
    verbs: ['get', 'patch'],
    namespace: 'default',
  },
]
export const own: readonly Rule[] = [
  ...named,
  { apiGroups: [''], resources: ['pods'], verbs: ['get'], namespace: 'default' },
  { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['get'], namespace: 'default' },
]

export const shop = async (
  plural = 'deployments',
  wanted: Partial<Parameters<typeof workload>[0]> = {},
): Promise<Server> => {
  const server = await apiServer()
  server.store.create(plural, workload({ name: 'shop', replicas: 3, ...wanted }))
  await expect
    .poll(() => server.store.list('pods').length)
    .toBe(plural === 'daemonsets' ? server.workloads.nodes : 3)
  await server.workloads.settled()
  server.counts.clear()
  return server
}

export interface Running {
  readonly reports: readonly Report[]
  readonly outcome: (nth?: number) => Promise<Report>
}

export const rolling = (
  mount: Mount,
  client: KubeClient,
  options: RolloutOptions = { workload: 'deployment/shop' },
  loopOptions: ReloadOptions = {},
): Running => {
  const reports: Report[] = []
  const reaction = rollout({ client, poll: 5, ...options })
  const loop = reload(mount, reaction, { timeout: '10s', ...loopOptions })
  loop.on('report', (report) => reports.push(report))
  onTestFinished(() => loop.close())
  return {
    reports,
    outcome: async (nth = 1) => {
      await expect.poll(() => reports.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(nth)
      return reports[nth - 1] as Report
    },
  }
}

export const templateOf = (server: Server, plural = 'deployments'): Record<string, string> =>
  (server.store.get(plural, 'default', 'shop')['spec'] as { template: Stored }).template.metadata
    .annotations ?? {}
