import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { yamlText } from '../../../packages/adapters/src/formats/yaml.js'
import { apiServer } from '../../support/api-server/start.js'
import { freePort } from '../../support/free-port.js'
import { rulesShown } from '../../support/roles.js'
import { podEnv, publish, replica, type Replica } from './cluster-rig.js'
import { launch, logged, temporary, volume } from './support.js'

const rules = rulesShown('docs/15-kubernetes.md', 'One replica after another')
const patient = { timeout: 60_000, interval: 100 }

/** How many have logged this last. */
const ended = (all: readonly Replica[], msg: string): readonly Replica[] =>
  all.filter(({ running }) => running.log().findLast((line) => 'outcome' in line)?.['msg'] === msg)

/** A fleet whose reload takes a place that only one can have, and gives it back when it is proven. */
const fleet = async (count: number, { more = {} }: { readonly more?: object } = {}) => {
  const server = await apiServer()
  const place = await temporary()
  const journal = path.join(place, 'journal')
  await writeFile(journal, '')
  const all = await Promise.all(
    Array.from({ length: count }, (_, at) => at).map((at) =>
      replica(server, `shop-${at}`, rules, { a: '1' }, async (mount) => {
        const file = path.join(await temporary(), 'hotmount.yaml')
        const enter = `mkdir ${place}/busy || { echo two-at-once >> ${journal}; exit 1; }`
        const leave = `rmdir ${place}/busy; ! grep -q bad ${mount}/a`
        const reaction = {
          command: [
            'sh',
            '-c',
            `${enter}; echo shop-${at} $(cat ${mount}/a) $HOTMOUNT_REVISION >> ${journal}`,
          ],
          verify: { command: ['sh', '-c', leave], within: '10s' },
          oneAtATime: { lease: 'shop-config', retry: '100ms', duration: '15s' },
          initial: false,
          retry: { min: '200ms', max: '500ms' },
          ...more,
        }
        const config = { mounts: { app: mount }, reactions: [reaction], ...(at === 0 && { listen: port }) }
        await writeFile(file, yamlText(config))
        return ['--config', file]
      }),
    ),
  )
  for (const { running } of all) await logged(running, { msg: 'watching' })
  const lines = async (): Promise<readonly string[]> =>
    (await readFile(journal, 'utf8')).split('\n').filter((line) => line !== '')
  return { server, all, lines }
}
const port = await freePort()

const told = async (what: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${what}`)).text()

describe('sidecars with --one-at-a-time', () => {
  it('reload one after another, twenty of them; one that fails stops the others, and they say so', async () => {
    const { server, all, lines } = await fleet(20)
    const each = (value: string, revisions: readonly (string | undefined)[]): readonly string[] =>
      all.map(({ name }, at) => `${name} ${value} ${revisions[at]}`).toSorted()
    const second = await publish(all, { a: '2' })
    await expect.poll(() => ended(all, 'config applied').length, patient).toBe(20)
    expect((await lines()).toSorted()).toEqual(each('2', second))
    const waited = all.flatMap(({ running }) =>
      running.log().filter(({ msg }) => msg === 'waiting for a turn'),
    )
    expect(waited.length).toBeGreaterThan(0)
    expect(waited[0]).toMatchObject({ lease: 'shop-config', holder: expect.stringMatching(/^shop-\d+$/) })

    await publish(all, { a: 'bad hunter2' })
    await expect.poll(() => ended(all, 'config rejected').length, patient).toBe(19)
    const [canary = ''] = new Set((await lines()).slice(20).map((line) => line.split(' ')[0] ?? ''))
    // The first tries again; nobody else has tried.
    for (const line of (await lines()).slice(20)) expect(line).toMatch(`${canary} bad hunter2 `)
    expect(await lines()).not.toContain('two-at-once')
    const held = all.find(({ name }) => name !== canary)
    const refused = held?.running.log().findLast(({ msg }) => msg === 'config rejected')
    expect(refused?.['error']).toContain(`held: ${canary} has applied this config and failed (VERIFY_FAILED)`)
    expect(refused?.['hint']).toContain('kubectl annotate lease shop-config hotmount.dev/tried-')

    // The canary is so between two tries only, and each takes as long as its verify may.
    const state = canary === 'shop-0' ? 'dirty' : 'rejected'
    const isSo = new RegExp(`hotmount_state\\{.*state="${state}"\\} 1`)
    await expect.poll(() => told('/metrics'), patient).toMatch(isSo)
    const reason = canary === 'shop-0' ? 'VERIFY_FAILED' : `held: ${canary} has applied`
    await expect.poll(() => told('/status'), patient).toContain(reason)

    const third = await publish(all, { a: '3' })
    await expect.poll(() => ended(all, 'config applied').length, patient).toBe(20)
    const done = await lines()
    expect(done).not.toContain('two-at-once')
    // By revision: a try of the bad one that is under way reads the mount, too, and may find what is newer there.
    const isThird = (line: string): boolean => third.includes(line.split(' ').at(-1) ?? '')
    expect(done.filter(isThird).toSorted()).toEqual(each('3', third))
    for (const { running } of all) running.child.kill('SIGTERM')
    expect(new Set(await Promise.all(all.map(({ running }) => running.exited)))).toEqual(new Set([0]))
    expect(
      JSON.stringify([server.store.list('leases'), all.map(({ running }) => running.err())]),
    ).not.toContain('hunter2')
  }, 180_000)

  it('give their turn back when they are told to end, and have failed nobody', async () => {
    const server = await apiServer()
    const env = await podEnv(server, 'shop-0', rules)
    const mount = await volume({ a: '1' })
    const flags = ['--reload-command', 'sleep 60', '--one-at-a-time', 'shop-config', '--timeout', '90s']
    const child = ['--', process.execPath, '-e', 'setInterval(() => {}, 1000)']
    const running = launch(['run', '--mount', mount.path, ...flags, ...child], env)
    await logged(running, { msg: 'command started' })
    await mount.swap({ a: '2' })
    const lease = () => server.store.find('leases', 'default', 'shop-config')
    const holder = () => (lease()?.['spec'] as { holderIdentity?: string } | undefined)?.holderIdentity
    await expect.poll(holder, patient).toMatch(/^shop-0_/)
    running.child.kill('SIGTERM')
    expect(await running.exited).toBe(143)
    expect(holder()).toBe('')
    expect(lease()?.metadata.annotations).toBeUndefined()
  }, 60_000)

  it('end soon also when the API server does not answer any more', async () => {
    const server = await apiServer()
    const env = await podEnv(server, 'shop-0', rules)
    const mount = await volume({ a: '1' })
    const flags = ['--reload-command', 'sleep 60', '--one-at-a-time', 'shop-config', '--report']
    const child = ['--', process.execPath, '-e', 'setInterval(() => {}, 1000)']
    const running = launch(['run', '--mount', mount.path, ...flags, ...child], env)
    await logged(running, { msg: 'command started' })
    await mount.swap({ a: '2' })
    await expect.poll(() => server.store.find('leases', 'default', 'shop-config'), patient).toBeDefined()
    server.faults.hang(Number.POSITIVE_INFINITY)
    const since = Date.now()
    running.child.kill('SIGTERM')
    expect(await running.exited).toBe(143)
    expect(Date.now() - since).toBeLessThan(15_000)
  }, 60_000)

  it('do nothing without the rights, say which, and go on as soon as they have them', async () => {
    const server = await apiServer()
    const flags = ['--reload-command', 'true', '--retry-max', '1s', '--one-at-a-time', 'shop-config']
    const { mount, running } = await replica(server, 'shop-0', [], { a: '1' }, (directory) => [
      '--mount',
      directory,
      ...flags,
    ])
    // At the start nobody waits.
    await logged(running, { msg: 'config applied' })
    const revision = await mount.swap({ a: '2' })
    expect(await logged(running, { msg: 'config rejected', revision })).toMatchObject({
      code: 'TARGET_FORBIDDEN',
      hint: expect.stringContaining(
        'apiGroups: ["coordination.k8s.io"], resources: ["leases"], resourceNames: ["shop-config"], verbs: ["get"]',
      ),
    })
    server.access.grant('shop-0', rules)
    await logged(running, { msg: 'config applied', revision })
  }, 60_000)
})
