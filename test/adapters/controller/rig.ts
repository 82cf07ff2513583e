import { onTestFinished } from 'vitest'
import type { Controller } from '../../../packages/adapters/src/controller/controller.js'
import {
  type ControllerOptions,
  openController,
  usualOptions,
} from '../../../packages/adapters/src/controller/open-controller.js'
import type { RollReport } from '../../../packages/adapters/src/controller/report.js'
import type { Rule } from '../../support/api-server/access.js'
import type { Stored } from '../../support/api-server/kinds.js'
import { configMap, type Wanted, workload } from '../../support/api-server/objects.js'
import { apiServer, clientOf, type Server } from '../../support/api-server/start.js'

export { templatesOf } from '../../support/api-server/templates.js'

/** A controller that acts on a double. */
export interface Rig {
  readonly controller: Controller
  readonly reports: readonly RollReport[]
  /** `rolled shop`, in order; with a part of the outcomes only. */
  readonly said: (...outcomes: readonly RollReport['outcome'][]) => readonly string[]
  stop(): Promise<void>
}

/** Milliseconds short enough for a test, and long enough that a burst comes within. */
export const quick = { quietMs: 50, maxMs: 2000 }

/** Starts a controller; stopped when the test is over. */
export const run = async (
  server: Server,
  options: Partial<ControllerOptions> & { readonly user?: string; readonly rules?: readonly Rule[] } = {},
): Promise<Rig> => {
  const { user = 'controller', rules, ...own } = options
  const client = options.client ?? (await clientOf(server, user, rules))
  const { cluster, controller } = await openController({
    ...usualOptions,
    client,
    ...own,
    defaults: { ...usualOptions.defaults, coalesce: quick, ...own.defaults },
  })
  const reports: RollReport[] = []
  controller.on('report', (report) => reports.push(report))
  const ending = new AbortController()
  const running = controller.run(ending.signal).catch((error: unknown) => {
    if (!ending.signal.aborted) throw error
  })
  const stop = async (): Promise<void> => {
    ending.abort()
    await running
    await cluster.close()
  }
  onTestFinished(stop)
  return {
    controller,
    reports,
    said: (...outcomes) =>
      reports
        .filter(({ outcome }) => outcomes.length === 0 || outcomes.includes(outcome))
        .map(
          (report) =>
            `${report.outcome} ${report.workload.name}${report.outcome === 'waiting' ? ` for ${report.for}` : ''}`,
        ),
    stop,
  }
}

/** A pod's spec with a ConfigMap in its environment, and a Secret if one is named. */
export const envFrom = (config: string, credentials?: string): object => ({
  containers: [
    {
      name: 'app',
      image: 'example.org/app:1',
      envFrom: [
        { configMapRef: { name: config } },
        ...(credentials === undefined ? [] : [{ secretRef: { name: credentials } }]),
      ],
    },
  ],
})

/** A workload that uses the ConfigMap of its own name, and rolls for it. */
export const rolling = (name: string, more: Partial<Wanted> = {}): Stored =>
  workload({
    name,
    annotations: { 'reloader.stakater.com/auto': 'true', ...more.annotations },
    template: { spec: envFrom(name), ...more.template },
    ...(more.namespace !== undefined && { namespace: more.namespace }),
    ...(more.replicas !== undefined && { replicas: more.replicas }),
  })

/** Gives a ConfigMap other values. */
export const change = (
  server: Server,
  name: string,
  data: Record<string, string>,
  namespace = 'default',
): void => {
  server.store.replace('configmaps', configMap(name, data, namespace))
}

/** What the pods of a workload were last rolled by; undefined: never. */
export const stampOn = (
  server: Server,
  name: string,
  plural = 'deployments',
  namespace = 'default',
): string | undefined => {
  const spec = server.store.get(plural, namespace, name)['spec'] as {
    readonly template: { readonly metadata?: { readonly annotations?: Record<string, string> } }
  }
  return spec.template.metadata?.annotations?.['hotmount.dev/rolled-digest']
}

/** Annotates a workload, as kubectl would. */
export const annotate = (
  server: Server,
  name: string,
  annotations: Record<string, string>,
  plural = 'deployments',
): void => {
  const object = server.store.get(plural, 'default', name)
  const { resourceVersion: _, ...metadata } = object.metadata
  server.store.replace(plural, {
    ...object,
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } },
  })
}

/** A double with the ConfigMap shop and a Deployment that rolls for it. */
export const shop = async (...more: readonly Parameters<typeof rolling>[1][]): Promise<Server> => {
  const server = await apiServer()
  server.store.create('configmaps', configMap('shop', { a: '1' }))
  for (const each of more.length === 0 ? [{}] : more)
    server.store.create('deployments', rolling('shop', each))
  await server.workloads.settled()
  return server
}
