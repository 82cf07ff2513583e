import { type KubeClient, type PodReport, type PodReportOptions, report } from '@hotmount/adapters/kubernetes'
import {
  InvalidConfigError,
  type Mount,
  type Reaction,
  reload,
  type Reloader,
  type ReloadOptions,
} from '@hotmount/core'
import { fakeClock } from '@hotmount/core/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Rule } from '../../support/api-server/access.js'
import { pod } from '../../support/api-server/objects.js'
import { apiServer, clientOf, type Server } from '../../support/api-server/start.js'
import { mounted } from '../../support/mounted.js'

const rules: readonly Rule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['patch'], namespace: 'default' },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'], namespace: 'default' },
]

const shopPod = async (): Promise<Server> => {
  const server = await apiServer()
  server.store.create('pods', pod('shop-1', { labels: { app: 'shop' } }))
  return server
}

const reporting = (
  mount: Mount,
  client: KubeClient,
  reaction: Reaction,
  { loop: loopOptions = {}, ...options }: Partial<PodReportOptions> & { readonly loop?: ReloadOptions } = {},
): { readonly loop: Reloader; readonly told: PodReport; readonly errors: string[] } => {
  const loop = reload(mount, reaction, { retry: { min: 5, max: 5 }, ...loopOptions })
  const told = report(loop, { mount, client, pod: 'shop-1', ...options })
  const errors: string[] = []
  told.on('error', ({ message }) => errors.push(message))
  onTestFinished(async () => {
    await loop.close()
    await told.close()
  })
  return { loop, told, errors }
}

const annotationsOf = (server: Server): Record<string, string> =>
  server.store.get('pods', 'default', 'shop-1').metadata.annotations ?? {}

interface Told {
  readonly type: string
  readonly reason: string
  readonly message: string
  readonly count: number
  readonly involvedObject: { readonly name: string; readonly uid: string }
}
const eventsOf = (server: Server): readonly Told[] =>
  server.store.list('events') as unknown as readonly Told[]

const takes: Reaction = { name: 'app', apply: () => undefined }

describe('report', () => {
  it('annotates the pod with what is mounted and applied, and tells of each change', async () => {
    const server = await shopPod()
    const { volume, mount } = await mounted({ a: '1', gone: 'x' })
    const { told } = reporting(mount, await clientOf(server, 'pod', rules), takes)
    await told.flushed()
    const first = mount.snapshot.digest
    expect(annotationsOf(server)).toEqual({
      'hotmount.dev/applied-digest': first,
      'hotmount.dev/desired-digest': first,
      'hotmount.dev/state': 'inSync',
    })
    await volume.swap({ a: 'hunter2-secret-value', b: '1' })
    await expect.poll(() => eventsOf(server).length).toBe(1)
    await told.flushed()
    const { digest } = mount.snapshot
    const [event] = eventsOf(server)
    expect(event).toMatchObject({
      type: 'Normal',
      reason: 'ConfigApplied',
      message: `app applied digest ${digest.slice(0, 12)} (changed a; added b; removed gone)`,
      involvedObject: {
        kind: 'Pod',
        name: 'shop-1',
        uid: server.store.get('pods', 'default', 'shop-1').metadata.uid,
      },
      source: { component: 'hotmount', host: 'shop-1' },
    })
    expect(annotationsOf(server)).toMatchObject({ 'hotmount.dev/applied-digest': digest })
    expect(JSON.stringify(server.store.list('events'))).not.toContain('hunter2')
    expect(Object.keys(server.counts.all())).toEqual(['create events', 'patch pods'])
  })

  it('tells of a refusal by its code, and what still runs', async () => {
    const server = await shopPod()
    const { volume, mount } = await mounted({ a: '1' })
    const picky: Reaction = {
      ...takes,
      check: (snapshot) => {
        if (snapshot.text('a') !== '1')
          throw new InvalidConfigError(
            'PARSE_FAILED',
            { key: 'a', revision: snapshot.revision },
            'found hunter2',
          )
      },
    }
    const { told } = reporting(mount, await clientOf(server, 'pod', rules), picky)
    const good = mount.snapshot.digest
    await volume.swap({ a: 'hunter2' })
    await expect.poll(() => eventsOf(server).length).toBe(1)
    await told.flushed()
    const bad = mount.snapshot.digest
    expect(eventsOf(server)[0]).toMatchObject({
      type: 'Warning',
      reason: 'ConfigRejected',
      message: `app rejected digest ${bad.slice(0, 12)} (changed a): PARSE_FAILED; digest ${good.slice(0, 12)} still runs`,
    })
    expect(annotationsOf(server)).toEqual({
      'hotmount.dev/applied-digest': good,
      'hotmount.dev/desired-digest': bad,
      'hotmount.dev/state': 'rejected',
    })
    expect(JSON.stringify([server.store.list('events'), server.store.list('pods')])).not.toContain('hunter2')
  })

  it('tells of what was taken back, and counts up what fails again and again', async () => {
    const server = await shopPod()
    const { volume, mount } = await mounted({ a: '1' })
    const fails: Reaction = {
      name: 'app',
      apply: ({ snapshot }) => {
        if (snapshot.text('a') !== '1') throw new Error('no')
      },
    }
    const { loop } = reporting(mount, await clientOf(server, 'pod', rules), fails)
    await volume.swap({ a: '2' })
    await expect.poll(() => eventsOf(server)[0]?.count ?? 0).toBeGreaterThan(2)
    expect(eventsOf(server)).toHaveLength(1)
    expect(eventsOf(server)[0]).toMatchObject({ reason: 'ConfigFailed', type: 'Warning' })
    await loop.close()
    const other = await mounted({ a: '1' })
    reporting(
      other.mount,
      await clientOf(server, 'pod', rules),
      { ...fails, rollback: () => undefined },
      { name: 'two' },
    )
    await other.volume.swap({ a: '3' })
    await expect.poll(() => eventsOf(server).map(({ reason }) => reason)).toContain('ConfigRolledBack')
    await expect.poll(() => annotationsOf(server)['hotmount.dev/state-two']).toBe('rejected')
  })

  it('neither slows nor breaks the loop while the server is away, and catches up after it', async () => {
    const server = await shopPod()
    const clock = fakeClock(Date.now())
    const { volume, mount } = await mounted({ a: '0' })
    const client = await clientOf(server, 'pod', rules, { clock })
    await server.stop()
    const { loop, told } = reporting(mount, client, takes, { clock })
    for (let n = 1; n <= 3; n += 1) {
      await volume.swap({ a: `${n}` })
      await mount.resync()
      expect((await loop.inSync()).outcome).toBe('applied')
    }
    for (let second = 0; second < 60; second += 1) await clock.advance(1000)
    expect(eventsOf(server)).toEqual([])
    await server.start()
    await expect
      .poll(async () => {
        await clock.advance(60_000)
        return eventsOf(server).length
      })
      .toBe(3)
    expect(annotationsOf(server)['hotmount.dev/applied-digest']).toBe(mount.snapshot.digest)
    expect(told.dropped).toBe(0)
  })

  it('says once what right is missing', async () => {
    const server = await shopPod()
    const { volume, mount } = await mounted({ a: '0' })
    const { told, errors, loop } = reporting(mount, await clientOf(server, 'pod', []), takes)
    for (let n = 1; n <= 3; n += 1) {
      await volume.swap({ a: `${n}` })
      await mount.resync()
      await loop.inSync()
    }
    await told.flushed()
    expect(errors).toEqual([
      'patch pods/shop-1 in namespace default: the API server answered 403 Forbidden',
      'create events in namespace default: the API server answered 403 Forbidden',
    ])
  })

  it('says that there is no cluster, and leaves the loop alone', async () => {
    vi.stubEnv('KUBECONFIG', '/nowhere/kubeconfig')
    const { volume, mount } = await mounted({ a: '0' })
    const loop = reload(mount, takes)
    onTestFinished(() => loop.close())
    const told = report(loop, { mount })
    const error = new Promise<Error>((resolve) => told.once('error', resolve))
    await volume.swap({ a: '1' })
    await mount.resync()
    expect((await loop.inSync()).outcome).toBe('applied')
    expect((await error).message).toBe('kubeconfig: /nowhere/kubeconfig cannot be read (ENOENT)')
  })

  it('gives up what is too much', async () => {
    const server = await shopPod()
    const { volume, mount } = await mounted({ a: '0' })
    const { told, loop } = reporting(mount, await clientOf(server, 'pod', rules), takes)
    for (let n = 1; n <= 40; n += 1) {
      await volume.swap({ a: `${n}` })
      await mount.resync()
      await loop.inSync()
    }
    await told.flushed()
    expect(eventsOf(server).length).toBeLessThanOrEqual(26)
    expect(eventsOf(server).length).toBeGreaterThan(20)
    expect(annotationsOf(server)['hotmount.dev/applied-digest']).toBe(mount.snapshot.digest)
  })

  it('ends with its loop', async () => {
    const server = await shopPod()
    const { mount } = await mounted({ a: '0' })
    const { told, loop } = reporting(mount, await clientOf(server, 'pod', rules), takes)
    const closed = new Promise((resolve) => told.once('close', () => resolve(undefined)))
    await loop.close()
    await closed
    expect(mount.listenerCount('change')).toBe(0)
  })

  it('refuses options that mean nothing', async () => {
    const { mount } = await mounted({ a: '0' })
    const loop = reload(mount, takes)
    onTestFinished(() => loop.close())
    expect(() => report(loop, { mount, name: 'no good' })).toThrow(/cannot be part of an annotation/)
    expect(() => report(loop, { mount, event: false } as unknown as PodReportOptions)).toThrow(
      /no option event/,
    )
  })
})
