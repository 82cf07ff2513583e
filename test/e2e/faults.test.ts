import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { reload, type Report } from '@hotmount/core'
import { fakeClock } from '@hotmount/core/testing'
import { nginx, nginxArgs } from '@hotmount/adapters/nginx'
import { command, processNamed, signal } from '@hotmount/adapters/process'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { hasMembers } from '../../packages/adapters/src/process/group.js'
import { scratch, startReady } from '../adapters/process/children.js'
import { mounted } from '../support/mounted.js'
import { describeWith, installed } from '../support/servers.js'
import { survivesItsDeath } from './scenario.js'
import type { Place, Subject } from './subject.js'

const loops = 'while :; do sleep 0.05; done'

describe('a check that hangs', () => {
  it.each([
    ['the limit of the command', { timeout: '300ms' } as const, {}],
    ['the limit of the loop', {}, { timeout: '300ms' } as const],
  ])('is killed with all its children by %s, and the next change is taken', async (_what, own, options) => {
    const { volume, mount } = await mounted({ mode: 'good' })
    const [log, target] = [join(scratch(), 'log'), join(scratch(), 'mode')]
    // It takes no notice of TERM, and neither does what it starts.
    const script = `grep -q good "$1/mode" && exit 0; echo $$ >>"$0"; trap '' TERM; sh -c "trap '' TERM; ${loops}" & ${loops}`
    const reaction = command(['cp', join(volume.path, 'mode'), target], {
      check: ['sh', '-c', script, log, volume.path],
      ...own,
    })
    const loop = reload(mount, reaction, { ...options, retry: { min: 10_000 } })
    onTestFinished(() => loop.close())
    const reports: Report[] = []
    loop.on('report', (report) => reports.push(report))
    await volume.swap({ mode: 'hangs' })
    await vi.waitFor(() => expect(reports).toHaveLength(1), 10_000)
    expect(reports[0]).toMatchObject({ outcome: 'rejected', error: { retryable: true } })
    expect(loop.status.state).toBe('rejected')
    await vi.waitFor(() => expect(hasMembers(Number(readFileSync(log, 'utf8')))).toBe(false), 5000)
    expect(existsSync(target)).toBe(false)

    const last = await volume.swap({ mode: 'good again' })
    await vi.waitFor(() => expect(loop.status).toMatchObject({ state: 'inSync', applied: last }), 5000)
    expect(readFileSync(target, 'utf8')).toBe('good again')
  })
})

describe('a target that is missing for 30 seconds', () => {
  it('is waited for, and gets the newest of the changes that came meanwhile', async () => {
    const { volume, mount } = await mounted({ a: '1' })
    const clock = fakeClock()
    const loop = reload(mount, signal(processNamed('hm-late'), 'SIGHUP'), { clock })
    onTestFinished(() => loop.close())
    const reports: Report[] = []
    loop.on('report', (report) => reports.push(report))
    const pass = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 250) await clock.advance(250)
    }
    await volume.swap({ a: '2' })
    await vi.waitFor(() => expect(reports).toHaveLength(1))
    await pass(15_000)
    const last = await volume.swap({ a: '3' })
    await vi.waitFor(() => expect(loop.status.desired).toBe(last))
    await pass(15_000)
    expect(reports.length).toBeGreaterThan(3)
    for (const report of reports)
      expect(report).toMatchObject({ outcome: 'failed', error: { code: 'TARGET_NOT_FOUND' } })
    expect(loop.status.state).toBe('dirty')

    const { lines } = await startReady('sh', ['-c', `trap 'echo HUP' HUP; echo ready; ${loops}`], {
      argv0: 'hm-late',
    })
    await vi.waitFor(
      async () => {
        await clock.advance(250)
        expect(loop.status).toMatchObject({ state: 'inSync', applied: last })
      },
      { timeout: 10_000, interval: 5 },
    )
    expect(reports.at(-1)).toMatchObject({ outcome: 'applied', revision: last })
    await vi.waitFor(() => expect(lines).toEqual(['ready', 'HUP']))
  })
})

describe('a clock that jumps', () => {
  const day = 24 * 60 * 60 * 1000
  it.each([
    ['a day ahead', day],
    ['a day back', -day],
  ])('%s neither loses a change nor stretches a pause', async (_what, jumpMs) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    onTestFinished(() => void vi.useRealTimers())
    const { volume, mount } = await mounted({ a: '1' })
    const applied: string[] = []
    let isWell = true
    const loop = reload(
      mount,
      ({ snapshot }) => {
        if (!isWell) throw new Error('not now')
        applied.push(snapshot.text('a'))
      },
      { cooldown: 200, retry: { min: 100, max: 200 } },
    )
    onTestFinished(() => loop.close())
    const outcomes: string[] = []
    loop.on('report', ({ outcome }) => outcomes.push(outcome))
    await volume.swap({ a: '2' })
    await vi.waitFor(() => expect(applied).toEqual(['2']))
    // In the middle of a cooldown, and then of a back-off.
    vi.setSystemTime(Date.now() + jumpMs)
    await volume.swap({ a: '3' })
    await vi.waitFor(() => expect(applied).toEqual(['2', '3']), 2000)
    isWell = false
    await volume.swap({ a: '4' })
    await vi.waitFor(() => expect(loop.status.state).toBe('dirty'), 2000)
    vi.setSystemTime(Date.now() + jumpMs)
    isWell = true
    await vi.waitFor(() => expect(applied).toEqual(['2', '3', '4']), 2000)
    await vi.waitFor(() => expect(loop.status.state).toBe('inSync'))
    expect([outcomes[0], outcomes.at(-1), new Set(outcomes)]).toEqual([
      'applied',
      'applied',
      new Set(['applied', 'failed']),
    ])
  })
  it('of a machine that slept: the pauses are over at once, and nothing is applied twice', async () => {
    const { volume, mount } = await mounted({ a: '1' })
    const clock = fakeClock()
    const applied: string[] = []
    const loop = reload(mount, ({ snapshot }) => void applied.push(snapshot.text('a')), {
      clock,
      cooldown: '1h',
      splay: '10m',
    })
    onTestFinished(() => loop.close())
    await volume.swap({ a: '2' })
    await vi.waitFor(() => expect(loop.status.state).toBe('pending'))
    await clock.advance(day)
    await vi.waitFor(() => expect(applied).toEqual(['2']))
    const last = await volume.swap({ a: '3' })
    await vi.waitFor(() => expect(loop.status.desired).toBe(last))
    await clock.advance(7 * day)
    await vi.waitFor(() => expect(applied).toEqual(['2', '3']))
    await clock.advance(day)
    expect([applied, loop.status.state]).toEqual([['2', '3'], 'inSync'])
  })
})

const site = (version: string, { port, work }: Place, more = ''): string => `
${process.geteuid?.() === 0 ? 'user root;' : ''}
worker_processes 2; daemon off; pid ${work}/pid; error_log ${work}/error.log; events {}
http { access_log off; ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${work}/${name};`).join(' ')}
server { listen 127.0.0.1:${port}; ${more} location / { return 200 '${version}'; } } }`

const subject: Subject = {
  good: (version, place) => ({ 'nginx.conf': site(version, place) }),
  broken: (place) => ({ 'nginx.conf': site('x', place, 'lissten 80;') }),
  command: ({ mount, work }) => [installed('nginx') ?? 'nginx', '-p', work, '-c', join(mount, 'nginx.conf')],
  reaction: (place, process) => nginx({ process, ...nginxArgs(subject.command(place)) }),
}

describeWith('nginx', 'nginx', () => {
  survivesItsDeath(subject, /got the signal, but it has exited$/)
})
