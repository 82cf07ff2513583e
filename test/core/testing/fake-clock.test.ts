import { fakeClock } from '@hotmount/core/testing'
import { describe, expect, it } from 'vitest'

describe('fakeClock', () => {
  it('stands still until it is advanced', async () => {
    const clock = fakeClock(1000)
    expect(clock.now()).toBe(1000)
    await clock.advance(250)
    expect(clock.now()).toBe(1250)
  })

  it('wakes sleeps in the order in which they fall due, each at its own time', async () => {
    const clock = fakeClock()
    const woken: string[] = []
    for (const ms of [30, 10, 20, 10]) void clock.sleep(ms).then(() => woken.push(`${ms} at ${clock.now()}`))
    await clock.advance(25)
    expect(woken).toEqual(['10 at 10', '10 at 10', '20 at 20'])
    expect(clock.pending).toBe(1)
    await clock.advance(5)
    expect(woken.at(-1)).toBe('30 at 30')
    expect(clock.pending).toBe(0)
  })

  it('runs sleeps that begin on the way and fall due on the way', async () => {
    const clock = fakeClock()
    const ticks: number[] = []
    const loop = async (): Promise<void> => {
      while (ticks.length < 5) {
        await clock.sleep(10)
        await Promise.resolve()
        ticks.push(clock.now())
      }
    }
    const looping = loop()
    await clock.advance(35)
    expect(ticks).toEqual([10, 20, 30])
    await clock.advance(15)
    await looping
    expect(ticks).toEqual([10, 20, 30, 40, 50])
  })

  it('lets a callback of the next turn begin a sleep on the way', async () => {
    const clock = fakeClock()
    const ends: number[] = []
    void clock
      .sleep(10)
      .then(() => setImmediate(() => void clock.sleep(10).then(() => ends.push(clock.now()))))
    await clock.advance(100)
    expect(ends).toEqual([20])
  })

  it('rejects an aborted sleep with the reason of its signal', async () => {
    const clock = fakeClock()
    const controller = new AbortController()
    const slept = clock.sleep(10, controller.signal)
    controller.abort(new Error('enough'))
    await expect(slept).rejects.toThrow('enough')
    expect(clock.pending).toBe(0)
    await expect(clock.sleep(10, controller.signal)).rejects.toThrow('enough')
  })

  it('does not wake what is due later, nor go back', async () => {
    const clock = fakeClock()
    let woken = false
    void clock.sleep(10).then(() => (woken = true))
    await clock.advance(9.5)
    expect(woken).toBe(false)
    await expect(clock.advance(-1)).rejects.toThrow(RangeError)
    await expect(clock.advance(Number.NaN)).rejects.toThrow(RangeError)
  })

  it('adds up when advanced twice at once', async () => {
    const clock = fakeClock()
    await Promise.all([clock.advance(10), clock.advance(5)])
    expect(clock.now()).toBe(15)
  })
})
