import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { metrics } from '@hotmount/adapters/observe'
import { Registry } from 'prom-client'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { mounted } from '../../support/mounted.js'
import { recorder } from '../../support/recorder.js'
import { root } from '../../support/source-tree.js'
import { ask, scene } from './observing.js'

type Samples = ReadonlyMap<string, number>

/** Every sample by its name and labels: `name{a="b"}`. */
const samples = async (register: Registry): Promise<Samples> =>
  new Map(
    (await register.metrics())
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line): [string, number] => {
        const at = line.lastIndexOf(' ')
        return [line.slice(0, at), Number(line.slice(at + 1))]
      }),
  )

const web = '{mount="web",reaction="recorder"}'
const outcome = (name: string): string =>
  `hotmount_reloads_total{mount="web",reaction="recorder",outcome="${name}"}`

const slow = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 50))

describe('metrics', () => {
  it('know when the config was published, also after a swap in which no watched key differs', async () => {
    const { volume, mount } = await mounted({ a: '1', b: '1' }, { keys: ['a'] })
    const register = new Registry()
    ;(await metrics(register)).observe({ name: 'web', mount, loops: [] })
    await volume.swap({ a: '1', b: '2' })
    await mount.resync()
    expect(mount.snapshot.generation).toBe(1)
    const read = await samples(register)
    expect(read.get('hotmount_published_timestamp_seconds{mount="web"}')).toBeGreaterThan(0)
  })

  it('count what happens, from zero', async () => {
    const reaction = recorder()
    const { observed, loop, swap } = await scene(reaction, { retry: false })
    const register = new Registry()
    ;(await metrics(register)).observe(observed)
    const before = await samples(register)
    for (const name of ['applied', 'skipped', 'rejected', 'failed', 'rolledBack'])
      expect(before.get(outcome(name))).toBe(0)
    expect(before.has(`hotmount_last_success_timestamp_seconds${web}`)).toBe(false)
    const started = Date.now() / 1000
    await swap({ a: '2', b: '1' })
    await loop.inSync()
    reaction.behave.check = () => Promise.reject(new Error('no'))
    await swap({ a: '3' })
    await vi.waitFor(() => expect(loop.status.state).toBe('rejected'))
    const after = await samples(register)
    const read = (name: string): number | undefined => after.get(name)
    expect(read('hotmount_changes_total{mount="web"}')).toBe(2)
    expect(read('hotmount_missed_events_total{mount="web"}')).toBe(0)
    expect(read('hotmount_keys{mount="web"}')).toBe(1)
    expect([read(outcome('applied')), read(outcome('rejected')), read(outcome('failed'))]).toEqual([1, 1, 0])
    expect(read(`hotmount_last_success_timestamp_seconds${web}`)).toBeGreaterThanOrEqual(started)
    expect([
      read('hotmount_mounted_generation{mount="web"}'),
      read(`hotmount_applied_generation${web}`),
    ]).toEqual([3, 2])
    expect(read(`hotmount_in_sync${web}`)).toBe(0)
    expect(read(`hotmount_out_of_sync_seconds${web}`)).toBeGreaterThan(0)
    expect(read('hotmount_state{mount="web",reaction="recorder",state="rejected"}')).toBe(1)
    expect(read(`hotmount_reload_duration_seconds_count${web}`)).toBe(2)
    expect(read('hotmount_stage_duration_seconds_count{mount="web",reaction="recorder",stage="check"}')).toBe(
      2,
    )
    expect(
      read('hotmount_stage_duration_seconds_count{mount="web",reaction="recorder",stage="verify"}'),
    ).toBe(1)
  })

  it('time the way from the kubelet to the proof, in its order', async () => {
    const reaction = recorder()
    const { observed, loop, swap } = await scene(reaction)
    const register = new Registry()
    ;(await metrics(register)).observe(observed)
    Object.assign(reaction.behave, { apply: slow, verify: slow })
    await swap({ a: '2' })
    await loop.inSync()
    const all = await samples(register)
    const sum = (name: string): number => all.get(`hotmount_publish_to_${name}`) ?? Number.NaN
    expect(sum(`seen_seconds_count{mount="web"}`)).toBe(1)
    expect(sum(`verified_seconds_count${web}`)).toBe(1)
    const [seen, applied, verified] = [
      sum('seen_seconds_sum{mount="web"}'),
      sum(`applied_seconds_sum${web}`),
      sum(`verified_seconds_sum${web}`),
    ]
    // Timers may fire a millisecond early by the clock.
    expect(applied - seen).toBeGreaterThanOrEqual(0.045)
    expect(verified - applied).toBeGreaterThanOrEqual(0.045)
  })

  it('count the troubles of a mount, and show those that are not over', async () => {
    const { observed, volume, mount } = await scene(recorder())
    const register = new Registry()
    ;(await metrics(register)).observe(observed)
    await volume.detach()
    await mount.resync()
    const all = await samples(register)
    expect(all.get('hotmount_mount_trouble{mount="web",code="MOUNT_DETACHED"}')).toBe(1)
    expect(all.get('hotmount_mount_troubles_total{mount="web",code="MOUNT_DETACHED"}')).toBe(1)
    expect(all.get('hotmount_mount_detached{mount="web"}')).toBe(1)
  })

  it('are the same for the same registry, refuse a name twice, and stop', async () => {
    const { observed, loop, swap } = await scene(recorder())
    const register = new Registry()
    const made = await metrics(register)
    expect(await metrics(register)).toBe(made)
    const stop = made.observe(observed)
    expect(() => made.observe(observed)).toThrow(/the name "web" is empty or taken/)
    stop()
    await swap({ a: '2' })
    await loop.inSync()
    const all = await samples(register)
    expect(all.get(outcome('applied'))).toBe(0)
    expect(all.has(`hotmount_in_sync${web}`)).toBe(false)
    made.observe(observed)()
  })

  it('want a registry', async () => {
    await expect(metrics({} as Registry)).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: 'metrics: that is no registry of prom-client',
    })
  })

  it('tell two reactions of one name apart', async () => {
    const { observed, mount } = await scene(recorder())
    const [first] = observed.loops
    const register = new Registry()
    if (first) (await metrics(register)).observe({ name: 'web', mount, loops: [first, first] })
    expect((await samples(register)).get('hotmount_in_sync{mount="web",reaction="recorder #2"}')).toBe(1)
  })
})

describe('the table in docs/12-observing.md', () => {
  it('is what is registered', async () => {
    const register = new Registry()
    ;(await metrics(register)).observe({ name: 'x', mount: (await mounted({ a: '1' })).mount, loops: [] })
    const rows = [
      ...readFileSync(join(root, 'docs/12-observing.md'), 'utf8').matchAll(
        /^\| `(hotmount_\w+)` \| (\w+) \| (.*) \| (.*) \|$/gm,
      ),
    ]
    const told = rows.map(([, name, type, labels = '', help]) => ({
      name,
      type,
      labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
      help,
    }))
    const registered = register.getMetricsAsArray().map((metric) => ({
      name: metric.name,
      type: metric.type as unknown,
      labels: [...(metric as unknown as { labelNames: readonly string[] }).labelNames],
      help: metric.help,
    }))
    expect(registered.length).toBeGreaterThan(15)
    expect(told).toEqual(registered)
  })
  it('has names with a unit, and labels that hold no key', async () => {
    const register = new Registry()
    await metrics(register)
    for (const metric of register.getMetricsAsArray()) {
      const { labelNames } = metric as unknown as { labelNames: readonly string[] }
      const allowed = /^(?:mount|reaction|outcome|stage|state|code|layout|watching)$/
      expect(labelNames.filter((name) => !allowed.test(name))).toEqual([])
      const isTime = /duration|timestamp|_to_|out_of_sync|in_doubt/.test(metric.name)
      expect(metric.name.endsWith('_seconds')).toBe(isTime)
    }
  })
})

it('loads prom-client for metrics only', async () => {
  const script = `
    import { createRequire } from 'node:module'
    import { health, metrics } from '@hotmount/adapters/observe'
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('prom-client'))
    const before = [typeof health, loaded()]
    await metrics(new (await import('prom-client')).Registry())
    console.log(JSON.stringify([...before, loaded()]))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: join(root, 'test'),
  })
  expect(JSON.parse(stdout)).toEqual(['function', false, true])
})

it('says how to get prom-client where it is missing, and serves all else', async () => {
  vi.doMock('prom-client', () => {
    throw new Error('Cannot find package')
  })
  vi.resetModules()
  onTestFinished(() => {
    vi.doUnmock('prom-client')
    vi.resetModules()
  })
  const { serveStatus } = await import('@hotmount/adapters/observe')
  const { observed } = await scene(recorder())
  const server = await serveStatus([observed], { listen: '0' })
  onTestFinished(() => server.close())
  expect(await ask(server.address, '/metrics')).toMatchObject({
    status: 501,
    body: expect.stringMatching(/prom-client, which is not installed\nnpm install prom-client\n$/) as string,
  })
  expect((await ask(server.address, '/status')).status).toBe(200)
})
