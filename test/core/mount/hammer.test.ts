import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Snapshot, watchConfigMap } from '@hotmount/core'
import { expect, onTestFinished, test } from 'vitest'

const writer = join(import.meta.dirname, '../../support/hammer-writer.mjs')

interface Summary {
  readonly swaps: number
  readonly changed: number
  readonly last: { readonly revision: string; readonly number: number }
}

/** The swap numbers that the values of one snapshot carry: two of them are a torn read. */
const numbersIn = (snapshot: Snapshot): readonly string[] => [
  ...new Set(snapshot.keys().map((key) => /^n=(\d+) /.exec(snapshot.text(key))?.[1] ?? 'unreadable')),
]

// Two writers' orders, 1,000 swaps each, in bursts 0 to 60 ms apart, 1 to 50 keys.
test.each(['current', 'links-first'] as const)(
  'under bursts from another process nothing is torn, lost or told twice (%s)',
  { timeout: 120_000 },
  async (order) => {
    const path = await mkdtemp(join(tmpdir(), 'hotmount-hammer-'))
    onTestFinished(() => rm(path, { recursive: true, force: true }))
    const swaps = 1000
    const options = { path, swaps, gapsMs: [0, 60], keys: [1, 50], seed: order.length, order, wait: true }
    const child = spawn(process.execPath, [writer, JSON.stringify(options)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: child.stdout })
    await once(lines, 'line')

    const mount = await watchConfigMap(path, { resync: false })
    const torn: (readonly string[])[] = []
    const troubles: string[] = []
    let events = 0
    mount.on('change', ({ snapshot }) => {
      events++
      const numbers = numbersIn(snapshot)
      if (numbers.length !== 1) torn.push(numbers)
    })
    mount.on('error', (error) => troubles.push(error.code))

    const printed: string[] = []
    lines.on('line', (line) => printed.push(line))
    child.stdin.write('go\n')
    await once(child, 'close')
    const summary = JSON.parse(printed.at(-1) ?? '{}') as Summary
    expect(summary.swaps).toBe(swaps)

    // No resync is running: only events may have brought the last revision.
    await expect.poll(() => mount.snapshot.revision, { timeout: 5000 }).toBe(summary.last.revision)
    expect(numbersIn(mount.snapshot)).toEqual([String(summary.last.number)])
    expect(torn).toEqual([])
    expect(troubles).toEqual([])
    expect(events).toBeLessThanOrEqual(summary.changed)
    expect(events).toBeGreaterThan(0)
    expect(mount.health).toMatchObject({ changes: events, missedEvents: 0, watching: 'events' })

    await mount.close()
    expect(mount.listenerCount('change')).toBe(0)
    await expect.poll(() => process.getActiveResourcesInfo()).not.toContain('FSEventWrap')
    console.log(`${order}: ${summary.changed} changed swaps, ${events} change events, 0 torn, 0 lost`)
  },
)
