import { fakeClock } from '@hotmount/core/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { backgroundClock } from '../../../packages/core/src/base/clock.js'
import { joinResyncs } from '../../../packages/core/src/mount/resyncs.js'

const everyMs = 30_000

const gaps = (times: readonly number[]): readonly number[] =>
  times.slice(1).map((at, index) => at - (times[index] ?? Number.NaN))

test('one alone is looked at once in every interval, and not earlier', async () => {
  const clock = fakeClock(1_000_000)
  const looks: number[] = []
  const leave = joinResyncs(clock, everyMs, async () => void looks.push(clock.now() - 1_000_000))
  await clock.advance(95_000)
  expect(looks).toEqual([30_000, 60_000, 90_000])
  leave()
  await clock.advance(0)
  expect(clock.pending).toBe(0)
})

test('twenty-five wake the process as often as one does', async () => {
  const clock = fakeClock()
  const looks: number[] = []
  const leaves = Array.from({ length: 25 }, () =>
    joinResyncs(clock, everyMs, async () => void looks.push(clock.now())),
  )
  await clock.advance(2 * everyMs)
  expect(looks).toEqual([...Array<number>(25).fill(everyMs), ...Array<number>(25).fill(2 * everyMs)])
  for (const leave of leaves) leave()
})

test('a thousand share one timer, spread over the interval, and a few only are looked at in one turn', async () => {
  const clock = fakeClock()
  const looks = Array.from({ length: 1000 }, (): number[] => [])
  let [inTurn, most] = [0, 0]
  const look = async (own: number[]): Promise<void> => {
    own.push(clock.now())
    inTurn += 1
    most = Math.max(most, inTurn)
    setImmediate(() => (inTurn = 0))
  }
  const leaves = looks.map((own) => joinResyncs(clock, everyMs, () => look(own)))
  await clock.advance(0)
  expect(clock.pending).toBe(1)
  await clock.advance(everyMs)
  expect(looks.filter((own) => own.length === 1)).toHaveLength(1000)
  await clock.advance(2 * everyMs)
  expect(looks.flatMap(gaps).filter((gap) => Math.abs(gap - everyMs) > 1)).toEqual([])
  expect(most).toBe(25)
  const times = [...new Set(looks.map(([first = Number.NaN]) => first))].toSorted((a, b) => a - b)
  expect(times).toHaveLength(40)
  expect(Math.max(...gaps([0, ...times]))).toBeLessThan(everyMs / 20)
  for (const leave of leaves) leave()
  await clock.advance(0)
  expect(clock.pending).toBe(0)
})

test('a look that is slow or fails delays nobody, and none begins while one is under way', async () => {
  const clock = fakeClock()
  const seen = { slow: 0, failing: 0, quick: 0 }
  const slow = async (): Promise<void> => {
    seen.slow += 1
    await clock.sleep(2.5 * everyMs)
  }
  const failing = async (): Promise<void> => {
    seen.failing += 1
    throw new Error('a look that fails')
  }
  const quick = async (): Promise<void> => void (seen.quick += 1)
  const leaves = [slow, failing, quick].map((look) => joinResyncs(clock, everyMs, look))
  await clock.advance(6 * everyMs)
  expect(seen).toEqual({ slow: 2, failing: 6, quick: 6 })
  for (const leave of leaves) leave()
})

test('who joins later, or with another interval, is looked at within the own interval, and leaving stops it', async () => {
  const clock = fakeClock()
  const looks: string[] = []
  const join = (name: string, ms: number): (() => void) =>
    joinResyncs(clock, ms, async () => void looks.push(`${name} ${clock.now()}`))
  const leaveLong = join('long', everyMs)
  await clock.advance(10_000)
  const leaveShort = join('short', 1000)
  await clock.advance(2500)
  leaveShort()
  await clock.advance(30_000)
  expect(looks).toEqual(['short 11000', 'short 12000', 'long 30000'])
  leaveLong()
  await clock.advance(0)
  expect(clock.pending).toBe(0)
})

test('who joins sets a timer again that died with the timers of a test', async () => {
  const looks: string[] = []
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const leaves = [joinResyncs(backgroundClock, 20, async () => void looks.push('first'))]
  vi.useRealTimers()
  leaves.push(joinResyncs(backgroundClock, 20, async () => void looks.push('second')))
  await expect.poll(() => new Set(looks), { timeout: 5000 }).toEqual(new Set(['first', 'second']))
  for (const leave of leaves) leave()
})
