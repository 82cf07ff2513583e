import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command } from '@hotmount/adapters/process'
import { reload, type Report, watchConfigMap } from '@hotmount/core'
import { simulateMount } from '@hotmount/core/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { hideAlso, quoteEnded } from '../../../packages/adapters/src/process/quote.js'
import { changeOf, contextOf, snapshotOf } from './changes.js'
import { scratch } from './children.js'

const change = changeOf({ a: 'swordfish' }, { a: 'hunter2000' })
const said = 'got swordfish, hunter2000, 0ther-value'

describe('quoteEnded', () => {
  it('takes out both revisions', async () => {
    expect(await quoteEnded(said, change.snapshot, contextOf(change))).toBe(
      ': got [redacted], [redacted], 0ther-value',
    )
  })
  it('shows what goes back as well: what is mounted is the revision before', async () => {
    const context = { ...contextOf(change), latest: () => change.previous }
    expect(await quoteEnded('got it', change.snapshot, context)).toBe(': got it')
  })
  it('shows nothing when a revision came that may not be the only one', async () => {
    const context = { ...contextOf(change), latest: () => snapshotOf({ a: '0ther-value' }, 'r3') }
    expect(await quoteEnded(said, change.snapshot, context)).toBe(
      ' (its output is withheld: it may quote what is not known here)',
    )
    expect(await quoteEnded('', change.snapshot, context)).toBe('')
  })
  it('takes out other values, for as long as they are to be hidden', async () => {
    const show = hideAlso(() => Promise.resolve([snapshotOf({ b: '0ther-value' })]))
    expect(await quoteEnded('got 0ther-value', change.snapshot, contextOf(change))).toBe(': got [redacted]')
    show()
    expect(await quoteEnded('got 0ther-value', change.snapshot, contextOf(change))).toBe(': got 0ther-value')
  })
  it('shows nothing when the mount cannot be looked at', async () => {
    const context = { ...contextOf(change), resync: () => Promise.reject(new Error('closed')) }
    expect(await quoteEnded('got it', change.snapshot, context)).toContain('withheld')
  })
  it('shows nothing when other values could not be read', async () => {
    onTestFinished(hideAlso(() => Promise.resolve('unknown')))
    expect(await quoteEnded('got it', change.snapshot, contextOf(change))).toContain('withheld')
  })
})

it.each([
  ['check', {}],
  ['apply', {}],
  ['check', { polling: '1h', resync: false }],
  ['apply', { polling: '1h', resync: false }],
  // The newest is too large to be read here, and not for the command.
  ['check', { maxBytes: 14 }],
  ['apply', { maxBytes: 14 }],
] as const)('a revision that comes during %s is not quoted, of a mount with %j', async (stage, options) => {
  const simulated = await simulateMount({ password: 'old-swordfish' })
  onTestFinished(() => simulated[Symbol.asyncDispose]())
  const mount = await watchConfigMap(simulated.path, options)
  onTestFinished(() => mount.close())
  const directory = scratch()
  const script = 'touch "$0/begun"; until [ -e "$0/go" ]; do sleep 0.02; done; cat "$1/password"; exit 1'
  const quoting = ['sh', '-c', script, directory, simulated.path] as const
  const reaction = stage === 'check' ? command(['true'], { check: quoting }) : command(quoting)
  const reports: Report[] = []
  const loop = reload(mount, reaction)
  onTestFinished(() => loop.close())
  loop.on('report', (report) => reports.push(report))
  await simulated.swap({ password: 'new-swordfish' })
  await mount.resync()
  await vi.waitFor(() => writeFileSync(join(directory, 'begun'), '', { flag: 'r+' }), 5000)
  // In the same turn: the end of the command may be heard of before the ring is.
  await simulated.swap({ password: 'newest-trombone' })
  writeFileSync(join(directory, 'go'), '')
  await vi.waitFor(() => expect(reports.length).toBeGreaterThan(0), 5000)
  const [report] = reports
  const message = report && 'error' in report ? report.error.message : ''
  expect(message).toContain('exited with code 1 (its output is withheld')
  expect(message.includes('trombone')).toBe(false)
})
