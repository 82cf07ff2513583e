import { fakeClock } from '@hotmount/core/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Agenda } from '../../../packages/adapters/src/controller/agenda.js'
import { until } from '../../support/api-server/time.js'

/** An agenda of two places, and how each look is ended. */
const running = () => {
  const clock = fakeClock()
  const agenda = new Agenda(clock, 2)
  const ends = new Map<string, () => void>()
  const ending = new AbortController()
  const look = async (id: string): Promise<void> => {
    await new Promise<void>((resolve) => ends.set(id, resolve))
    ends.delete(id)
  }
  const run = agenda.run(look, ending.signal)
  onTestFinished(async () => {
    ending.abort()
    for (const end of ends.values()) end()
    await run
  })
  const isLookedAt = (...ids: readonly string[]) => until(clock, () => ids.every((id) => ends.has(id)))
  return { clock, agenda, ends, isLookedAt }
}

describe('an agenda', () => {
  it('gives the place of who is slow to the next one, but has four times as many at once at most', async () => {
    const { clock, agenda, ends, isLookedAt } = running()
    const ids = Array.from({ length: 10 }, (_, at) => `w${at}`)
    for (const id of ids) agenda.add(id)
    await isLookedAt('w0', 'w1')
    await clock.advance(1000)
    expect([...ends.keys()]).toEqual(['w0', 'w1'])
    await clock.advance(60_000)
    expect([...ends.keys()]).toEqual(ids.slice(0, 8))
    ends.get('w3')?.()
    await isLookedAt('w8')
    expect(ends.size).toBe(8)
  })

  it('keeps places for others from those who were slow the last time', async () => {
    const { clock, agenda, ends, isLookedAt } = running()
    const slow = ['s0', 's1', 's2', 's3']
    for (const id of slow) agenda.add(id)
    await isLookedAt(...slow)
    await clock.advance(2000)
    for (const end of ends.values()) end()
    for (const id of slow) agenda.add(id)
    await isLookedAt('s0', 's1')
    await clock.advance(60_000)
    expect([...ends.keys()]).toEqual(['s0', 's1'])
    agenda.add('other')
    await isLookedAt('other')
    for (const end of ends.values()) end()
    await isLookedAt('s2', 's3')
  })

  it('has no place taken by the look at who is gone, however long that goes on', async () => {
    const { clock, agenda, ends, isLookedAt } = running()
    for (const id of ['gone0', 'gone1']) agenda.add(id)
    await isLookedAt('gone0', 'gone1')
    for (const id of ['w0', 'w1', 'w2']) agenda.add(id)
    for (const id of ['gone0', 'gone1']) agenda.drop(id)
    await clock.advance(1000)
    expect([...ends.keys()]).toEqual(['gone0', 'gone1', 'w0', 'w1'])
  })
})
