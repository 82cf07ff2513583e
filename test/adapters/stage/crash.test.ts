import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { stage } from '@hotmount/adapters/stage'
import { expect, it } from 'vitest'
import { snapshotOf } from '../process/changes.js'
import { emptyInto, listing, proven, shown } from './staged.js'

const good = { a: 'good', 'conf.d/site': 'good', gone: 'x' }
const next = { a: 'next', 'conf.d/site': 'next', 'new/b': 'y' }
const refuses = (directory: string) => ['false', directory] as const

const child = path.join(import.meta.dirname, 'fixtures/killed-stage.mjs')
const run = promisify(execFile)
/** Stages `next` over `good` in a process of its own, which kills itself before its nth step on the disk. */
const dieBefore = async (
  into: string,
  step: number,
): Promise<{ signal: string | undefined; said: string }> => {
  const data = JSON.stringify({ before: good, after: next })
  try {
    const { stdout } = await run(process.execPath, [child, into, String(step), data], { timeout: 15_000 })
    return { signal: undefined, said: stdout.trim() }
  } catch (error) {
    const { signal, stdout } = error as { signal: string; stdout: string }
    return { signal, said: stdout.trim() }
  }
}

const revisionsIn = (into: string): number => listing(into).filter((name) => name === 'R').length

/** A server may start on this directory just as it is, and a new life of ours puts it in order. */
const expectUsable = async (into: string): Promise<void> => {
  expect([good, next]).toContainEqual(shown(into))
  expect([good, next]).toContainEqual(proven(into))
  const lastGood = proven(into)
  // What is mounted now is refused: the last known good one is what it starts with.
  const up = await stage({ into, check: refuses }).bringUp(snapshotOf({ a: 'other' }))
  expect(up.isLatest).toBe(false)
  expect([shown(into), proven(into), revisionsIn(into)]).toEqual([lastGood, lastGood, 1])
  const names = [...new Set(Object.keys(lastGood ?? {}).map((key) => key.split('/', 1)[0] ?? ''))]
  expect(listing(into)).toEqual(
    ['..data -> R', '..verified -> R', 'R', ...names.map((name) => `${name} -> ..data/${name}`)].toSorted(),
  )
}

it('a killed stage leaves a directory to start from, before whichever step the kill comes', async () => {
  const whole = emptyInto()
  const { signal, said } = await dieBefore(whole, Number.MAX_SAFE_INTEGER)
  expect([signal, shown(whole), proven(whole)]).toEqual([undefined, next, next])
  const steps = Number(/^finished after (\d+) steps$/.exec(said)?.[1])
  expect(steps).toBeGreaterThan(25)

  const kinds = new Set<string | undefined>()
  const kill = async (step: number): Promise<void> => {
    if (step > steps) return
    const into = emptyInto()
    const death = await dieBefore(into, step)
    expect(death.signal).toBe('SIGKILL')
    kinds.add(death.said.split(' ')[0])
    await expectUsable(into)
  }
  for (let step = 1; step <= steps; step += 2) await Promise.all([kill(step), kill(step + 1)])
  expect(kinds).toEqual(new Set(['mkdir', 'create', 'write', 'sync', 'link', 'rename', 'remove']))
}, 60_000)
