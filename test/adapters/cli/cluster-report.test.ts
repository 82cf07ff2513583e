import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../../../packages/adapters/src/cli/manifest/projected.js'
import type { Rule } from '../../support/api-server/access.js'
import { apiServer, type Server } from '../../support/api-server/start.js'
import { roleIn } from '../../support/roles.js'
import { podEnv, publish, replica } from './cluster-rig.js'
import { launch, logged, temporary } from './support.js'

const rules = roleIn('deploy/nginx-reporting.yaml')
const readers: readonly Rule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'], namespace: 'default' },
]
const patient = { timeout: 15_000 }
const digest = (text: string): Promise<string> => digestOf({ a: Buffer.from(text) }, {})

/** The command of somebody who may look at pods. */
const ask = async (server: Server, ...argv: readonly string[]) => {
  const asked = launch([...argv, '--selector', 'app=shop'], await podEnv(server, 'reader', readers))
  return { code: await asked.exited, out: asked.out(), err: asked.err() }
}

const flags = (isTwoRefused: boolean) => (mount: string) => [
  '--mount',
  mount,
  '--reload-command',
  'true',
  '--check',
  isTwoRefused ? `sh -c '! grep -q two ${mount}/a'` : 'true',
  '--report',
]

describe('sidecars that report', () => {
  it('show as a fleet: all on the new digest, then one that refuses', async () => {
    const server = await apiServer()
    const all = await Promise.all(
      ['shop-0', 'shop-1', 'shop-2'].map((name, at) =>
        replica(server, name, rules, { a: 'start' }, flags(at === 2)),
      ),
    )
    for (const { running } of all) await logged(running, { msg: 'config applied' })
    await publish(all, { a: 'one' })
    const one = await digest('one')
    const waited = await ask(server, 'wait-for', '--digest', one, '--least', '3', '--timeout', '30s')
    expect(waited).toMatchObject({ code: 0, out: `${one} is in effect\n` })
    const told = await ask(server, 'status')
    expect(told.code).toBe(0)
    const rows = told.out.trim().split('\n').slice(1)
    expect(rows.map((row) => row.split(/ +/).slice(0, 5))).toEqual(
      all.map(({ name }) => [name, 'yes', one.slice(0, 12), one.slice(0, 12), 'inSync']),
    )

    await publish(all, { a: 'two' })
    await logged(all[2]?.running ?? all[0]!.running, { msg: 'config rejected' })
    const two = await digest('two')
    const late = await ask(server, 'wait-for', '--digest', two, '--timeout', '2s')
    expect(late).toMatchObject({ code: 1, out: '' })
    expect(late.err).toContain('2 of 3 pods have applied it')
    const now = await ask(server, 'status')
    expect(now).toMatchObject({ code: 1, err: 'hotmount: 2 of 3 pods have applied it\n' })
    expect(now.out.split('\n')[3]?.split(/ +/).slice(0, 5)).toEqual([
      'shop-2',
      'yes',
      one.slice(0, 12),
      two.slice(0, 12),
      'rejected',
    ])
    const events = server.store.list('events') as unknown as readonly {
      reason: string
      involvedObject: { name: string }
    }[]
    const refused = events.filter(({ reason }) => reason === 'ConfigRejected')
    expect(refused.map(({ involvedObject }) => involvedObject.name)).toEqual(['shop-2'])
    for (const { running } of all) running.child.kill('SIGTERM')
    expect(await Promise.all(all.map(({ running }) => running.exited))).toEqual([0, 0, 0])
  }, 90_000)

  it('reload without the rights as well, and name the rule that is missing, once', async () => {
    const server = await apiServer()
    // Two loops need the same right.
    const one = await replica(server, 'shop-0', [], { a: '0' }, async (mount) => {
      const file = path.join(await temporary(), 'hotmount.yaml')
      const reactions = ['app', 'other'].map((name) => ({ name, command: 'true' }))
      await writeFile(file, JSON.stringify({ mounts: { app: mount }, reactions, report: true }))
      return ['--config', file]
    })
    for (const value of ['1', '2', '3']) {
      const revision = await one.mount.swap({ a: value })
      await logged(one.running, { msg: 'config applied', revision, reaction: 'app' })
      await logged(one.running, { msg: 'config applied', revision, reaction: 'other' })
    }
    const asked = (): number => Object.entries(server.counts.all()).reduce((sum, [, count]) => sum + count, 0)
    await expect.poll(asked, patient).toBeGreaterThanOrEqual(6)
    const told = (): readonly string[] =>
      one.running
        .log()
        .filter(({ msg }) => msg === 'the cluster is not told')
        .map(({ hint }) => String(hint).replace(/^.*: \{/, '{'))
        .toSorted()
    await expect
      .poll(told, patient)
      .toEqual([
        '{ apiGroups: [""], resources: ["events"], verbs: ["create"] }',
        '{ apiGroups: [""], resources: ["pods"], resourceNames: ["shop-0"], verbs: ["patch"] }',
      ])
    one.running.child.kill('SIGTERM')
    expect(await one.running.exited).toBe(0)
  }, 60_000)

  it('say what to do where there is no API server, and where the pod has another name', async () => {
    const lost = launch(['sidecar', ...flags(false)('/')], {
      PATH: process.env['PATH'],
      KUBECONFIG: '/nowhere/kubeconfig',
    })
    expect(await lost.exited).toBe(2)
    expect(lost.err()).toContain('/nowhere/kubeconfig')
    expect(lost.err()).toContain('automountServiceAccountToken: true')
    const server = await apiServer()
    const { running } = await replica(server, 'shop-0', rules, { a: '0' }, async (mount) => {
      const [pod] = server.store.list('pods')
      if (pod) server.store.remove('pods', 'default', 'shop-0')
      return flags(false)(mount)
    })
    await logged(running, { msg: 'config applied' })
    expect(await logged(running, { msg: 'the cluster is not told', code: 'TARGET_NOT_FOUND' })).toMatchObject(
      {
        hint: expect.stringContaining('set POD_NAME and POD_NAMESPACE by the downward API'),
        pod: 'shop-0',
        namespace: 'default',
      },
    )
  }, 60_000)
})
