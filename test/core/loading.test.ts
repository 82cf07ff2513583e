import { execFileSync, spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { simulateMount } from '@hotmount/core/testing'
import { expect, onTestFinished, test } from 'vitest'

// Beside the packages: what it imports is what an application installs.
const program = path.join(import.meta.dirname, 'fixtures/loading.mjs')
const asInstalled = ['--conditions=@hotmount/bundle', program]

/** The names in each line that the lines before it have not. */
const news = (lines: readonly string[]): readonly (readonly string[])[] => {
  const told = lines.map((line) => JSON.parse(line) as readonly string[])
  return told.map((names, at) => names.filter((name) => !(told[at - 1] ?? []).includes(name)))
}

test('importing core loads no module of Node but one small one', () => {
  const lines = execFileSync(process.execPath, asInstalled, { encoding: 'utf8' }).trim().split('\n')
  const [before = [], imported] = news(lines)
  // Otherwise nothing is known of it: where Node loads them itself, core could load them unseen.
  for (const name of ['crypto', 'os', 'perf_hooks', 'stream']) expect(before).not.toContain(name)
  expect(imported).toEqual(['timers/promises'])
})

test('a mount, its swaps and a loop load nothing, and a digest what it needs', async () => {
  const volume = await simulateMount({ a: '1' })
  onTestFinished(() => volume[Symbol.asyncDispose]())
  const child = spawn(process.execPath, [...asInstalled, volume.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (lines.length === 3) await volume.swap({ a: '2' })
  }
  const [, , opened, swapped, applied, asked] = news(lines)
  expect([opened, swapped, applied]).toEqual([[], [], []])
  expect(asked).toContain('crypto')
})
