import { readFile } from 'node:fs/promises'
import { HotmountError, systemClock, UsageError } from '@hotmount/core'
import { Announcer } from '../controller/announce.js'
import { lead, leaderIdentity } from '../controller/lead.js'
import { openMetrics } from '../controller/metrics.js'
import { type OpenController, openController } from '../controller/open-controller.js'
import { serve } from '../controller/serve.js'
import type { KubeClient } from '../kubernetes/client.js'
import { EventLog } from '../kubernetes/event-log.js'
import { kubeClient } from '../kubernetes/kube-client.js'
import { type ControllerPlan, controllerPlan } from './controller-options.js'
import { entryOf } from './controller-words.js'
import { exitCodes } from './exit-codes.js'
import type { Io } from './io.js'
import { type Log, openLog } from './log.js'

const ranks = { info: 0, warn: 1, error: 2 } as const
const leastKeyBytes = 16

const logFor = (io: Io, { json, level }: ControllerPlan): Log => {
  const log = openLog(io, json)
  return (entry) => {
    if (ranks[entry.level] >= ranks[level]) log(entry)
  }
}

const readKey = async (file: string | undefined): Promise<Uint8Array | undefined> => {
  if (file === undefined) return undefined
  const key = await readFile(file).catch((error: unknown) => {
    throw new UsageError('BAD_OPTION', `--hash-key-file: ${file} cannot be read`, {
      hint: 'mount a Secret there; see deploy/controller',
      origin: error,
    })
  })
  if (key.length >= leastKeyBytes) return key
  throw new UsageError('BAD_OPTION', `--hash-key-file: ${file} is shorter than ${leastKeyBytes} bytes`, {
    hint: 'make one: openssl rand -hex 32',
  })
}

/** What is said of an error of the API server: each kind of trouble once, until it is over. */
const troubles = (log: Log): { tell(what: string, error: unknown): void; over(what: string): void } => {
  const known = new Map<string, string>()
  return {
    tell: (what, error) => {
      const { code, message, hint } =
        error instanceof HotmountError
          ? error
          : {
              code: 'INTERNAL',
              message: `a fault of hotmount: ${error instanceof Error ? error.name : typeof error}`,
              hint: undefined,
            }
      if (known.get(what) === code) return
      known.set(what, code)
      log({
        level: 'warn',
        msg: 'trouble',
        text: `${what}: ${message}`,
        hint,
        fields: { what, code, error: message },
      })
    },
    over: (what) => {
      if (known.delete(what))
        log({ level: 'info', msg: 'trouble over', text: `${what}: goes on`, fields: { what } })
    },
  }
}

interface Acting {
  readonly plan: ControllerPlan
  readonly client: KubeClient
  readonly open: OpenController
  readonly log: Log
  readonly io: Io
}

/** Acts, while the Lease is ours if there is one, until the command ends. */
const act = async ({ plan, client, open: { cluster, controller }, log, io }: Acting): Promise<void> => {
  const { signal, env } = io
  const identity = leaderIdentity(env['POD_NAME'])
  const trouble = troubles(log)
  let isLeader = plan.lease === undefined
  const announcer = new Announcer(
    new EventLog(client, 'hotmount-controller', identity, systemClock),
    (error) => trouble.tell('events', error),
  )
  controller.on('report', (report) => {
    log(entryOf(report))
    if (!plan.options.dryRun) announcer.tell(report, signal)
  })
  cluster.on('trouble', (type, error) => trouble.tell(type, error))
  cluster.on('recovered', (type) => trouble.over(type))
  const metrics = openMetrics({ cluster, controller, isLeader: () => isLeader })
  metrics.catch(() => undefined)
  const stop =
    plan.listen === undefined
      ? undefined
      : await serve(plan.listen, {
          live: () => cluster.dead.map((type) => `${type} are followed no more`),
          ready: () => [
            ...(cluster.isSynced ? [] : ['not everything has been read yet']),
            ...cluster.health.troubles.map((type) => `${type} cannot be read`),
          ],
          metrics: async () => (await metrics)(),
        })
  // One that waits for the Lease is as ready as the one that acts.
  cluster.synced(signal).catch(() => undefined)
  try {
    if (plan.lease === undefined) return await controller.run(signal)
    const namespace = env['POD_NAMESPACE']
    await lead(client, { lease: plan.lease, namespace, identity }, (leading) => controller.run(leading), {
      clock: systemClock,
      signal,
      onLead: () => {
        isLeader = true
        trouble.over('lease')
        log({ level: 'info', msg: 'leads', text: `${identity} acts now`, fields: { identity } })
      },
      onLost: () => {
        isLeader = false
        log({
          level: 'info',
          msg: 'leads no more',
          text: `${identity} does not act any more`,
          fields: { identity },
        })
      },
      onTrouble: (error) => trouble.tell('lease', error),
    })
  } finally {
    await stop?.()
  }
}

/** `hotmount controller`. Runs until `io.signal` aborts. @throws UsageError */
export const controller = async (argv: readonly string[], io: Io): Promise<number> => {
  const plan = controllerPlan(argv, io.env)
  const log = logFor(io, plan)
  const { kubeconfig, context } = plan
  const client = await kubeClient({
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    env: { ...io.env },
  })
  for (const notice of plan.notices) log({ level: 'warn', msg: 'notice', text: notice, fields: { notice } })
  const hashKey = await readKey(plan.hashKeyFile)
  const open = await openController({ ...plan.options, client, hashKey, clock: systemClock })
  const { server } = client
  log({
    level: 'info',
    msg: 'begins',
    text: `follows ${server}`,
    fields: { server, namespaces: plan.options.scope.namespaces },
  })
  try {
    await act({ plan, client, open, log, io })
    return exitCodes.ok
  } catch (error) {
    if (io.signal.aborted) return exitCodes.ok
    throw error
  } finally {
    await open.cluster.close()
    await client.close()
  }
}
