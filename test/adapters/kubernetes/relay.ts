import { type BatonOptions, type KubeClient, oneAtATime } from '@hotmount/adapters/kubernetes'
import {
  type Mount,
  type Reaction,
  reload,
  type Reloader,
  type ReloadOptions,
  type Report,
} from '@hotmount/core'
import type { SimulatedMount } from '@hotmount/core/testing'
import { expect, onTestFinished } from 'vitest'
import type { Rule } from '../../support/api-server/access.js'
import { clientOf, type Server } from '../../support/api-server/start.js'
import { mounted } from '../../support/mounted.js'
import { rulesShown } from '../../support/roles.js'

/** The Role of the docs, and nothing else. */
export const rules: readonly Rule[] = rulesShown('docs/15-kubernetes.md', 'One replica after another')

/** For what takes its time on a busy machine. */
export const patiently = { timeout: 15_000 }

/** What the replicas of a test do, seen from outside. */
export class Track {
  /** Who is between the begin of an apply and the end of its verify. */
  readonly running = new Set<string>()
  most = 0
  /** 'shop-3 2': who has applied which value, in order. */
  readonly applied: string[] = []
  /** Told of each apply and verify; what it throws fails the stage. */
  act: (stage: 'apply' | 'verify', pod: string, value: string, signal: AbortSignal) => unknown = () =>
    undefined

  enter(pod: string): void {
    this.running.add(pod)
    this.most = Math.max(this.most, this.running.size)
  }
}

/** One replica: a volume, a loop, and what its server serves. */
export interface Replica {
  readonly pod: string
  readonly volume: SimulatedMount
  readonly mount: Mount
  readonly loop: Reloader
  readonly reports: readonly Report[]
  /** The value that it serves. */
  readonly serves: () => string
}

/** How a replica of a test differs. */
export interface ReplicaOptions {
  readonly client?: KubeClient
  readonly baton?: Partial<BatonOptions>
  readonly loop?: ReloadOptions
  /** It can go back. */
  readonly rollback?: boolean
}

const serving = (track: Track, pod: string, isUndoable: boolean) => {
  let served = '1'
  const stages: Reaction<string> = {
    name: 'server',
    async apply({ snapshot }, { signal }) {
      track.enter(pod)
      const value = snapshot.text('a')
      try {
        track.applied.push(`${pod} ${value}`)
        await track.act('apply', pod, value, signal)
        served = value
      } catch (error) {
        track.running.delete(pod)
        throw error
      }
      return value
    },
    async verify(value, { signal }) {
      try {
        await track.act('verify', pod, value, signal)
      } finally {
        track.running.delete(pod)
      }
    },
    ...(isUndoable && {
      rollback(good) {
        track.enter(pod)
        served = good.text('a')
        return served
      },
    }),
  }
  return { stages, serves: () => served }
}

/** Starts a replica that serves '1'. */
export const replica = async (
  server: Server,
  track: Track,
  pod: string,
  { client, baton, loop: options, rollback = false }: ReplicaOptions = {},
): Promise<Replica> => {
  const { volume, mount } = await mounted({ a: '1' })
  const { stages, serves } = serving(track, pod, rollback)
  const given = { lease: 'shop-config', pod, duration: '3s', retry: 50, ...baton } as const
  const reaction = oneAtATime(stages, { client: client ?? (await clientOf(server, pod, rules)), ...given })
  const loop = reload(mount, reaction, { timeout: '20s', retry: { min: 50, max: 200 }, ...options })
  const reports: Report[] = []
  loop.on('report', (report) => reports.push(report))
  onTestFinished(() => loop.close())
  return { pod, volume, mount, loop, reports, serves }
}

/** Something to wait for until the test, or its end, opens it. */
export const gate = (): { readonly opened: Promise<void>; readonly open: () => void } => {
  let open!: () => void
  const opened = new Promise<void>((resolve) => (open = resolve))
  onTestFinished(() => open())
  return { opened, open }
}

/** Some replicas: shop-0, shop-1 … */
export const replicas = (
  server: Server,
  track: Track,
  count: number,
  options: ReplicaOptions = {},
): Promise<readonly Replica[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => replica(server, track, `shop-${index}`, options)))

/** Publishes a value to all of them. */
export const publish = async (all: readonly Replica[], value: string): Promise<void> => {
  await Promise.all(
    all.map(async ({ volume, mount }) => {
      await volume.swap({ a: value })
      await mount.resync()
    }),
  )
}

/** How many serve what: { '2': 20 }. */
export const served = (all: readonly Replica[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const { serves } of all) counts[serves()] = (counts[serves()] ?? 0) + 1
  return counts
}

/** The last report of a replica in a few words. */
export const last = ({ reports }: Replica): string => {
  const report = reports.at(-1)
  if (!report) return 'nothing'
  return 'error' in report ? `${report.outcome}: ${report.error.message}` : report.outcome
}

/** Waits until all have applied what is mounted. */
export const allInSync = (all: readonly Replica[]): Promise<unknown> =>
  Promise.all(all.map(({ loop }) => loop.inSync()))

/** What the Lease says of configs that were tried. */
export const triedOn = (server: Server): readonly { digest: string; verified: string[]; failed?: object }[] =>
  JSON.parse(
    server.store.get('leases', 'default', 'shop-config').metadata.annotations?.['hotmount.dev/tried'] ?? '[]',
  ) as []

/** Waits until so many are stopped by somebody else's failure. */
export const stopped = async (all: readonly Replica[], count: number, by: RegExp): Promise<void> => {
  await expect.poll(() => all.filter((one) => by.test(last(one))).length, patiently).toBe(count)
}
