import { fakeClock } from '@hotmount/core/testing'
import { describe, expect, it } from 'vitest'
import { ApiError } from '../../../packages/adapters/src/kubernetes/api-error.js'
import { Outbox } from '../../../packages/adapters/src/kubernetes/outbox.js'
import { Tokens } from '../../../packages/adapters/src/kubernetes/tokens.js'

const passing = (): ApiError =>
  new ApiError('APPLY_FAILED', 'away', { status: 0, reason: 'ECONNREFUSED' }, { retryable: true })

describe('an outbox', () => {
  it('sends one after the other, and of one slot only the last', async () => {
    const sent: string[] = []
    const outbox = new Outbox(fakeClock(), 10, () => undefined)
    const job = (what: string) => async (): Promise<void> => {
      await Promise.resolve()
      sent.push(what)
    }
    outbox.put('notes', job('notes 1'))
    outbox.add(job('a'))
    outbox.put('notes', job('notes 2'))
    outbox.add(job('b'))
    await outbox.flushed()
    expect(sent).toEqual(['notes 2', 'a', 'b'])
  })
  it('tries again with growing pauses, gives up in the end, and goes on with the rest', async () => {
    const clock = fakeClock()
    const troubles: unknown[] = []
    const outbox = new Outbox(clock, 10, (error) => troubles.push(error))
    let tries = 0
    let isSent = false
    outbox.add(() => {
      tries += 1
      return Promise.reject(passing())
    })
    outbox.add(() => {
      isSent = true
      return Promise.resolve()
    })
    await clock.advance(1000)
    expect(tries).toBeGreaterThan(1)
    await clock.advance(3_600_000)
    expect([tries, troubles.length, outbox.dropped, isSent]).toEqual([12, 1, 1, true])
  })
  it('does not try again what something newer in its slot says better', async () => {
    const clock = fakeClock()
    const outbox = new Outbox(clock, 10, () => undefined)
    const sent: string[] = []
    outbox.put('notes', () => {
      sent.push('old')
      return Promise.reject(passing())
    })
    await clock.advance(0)
    outbox.put('notes', () => {
      sent.push('new')
      return Promise.resolve()
    })
    await clock.advance(60_000)
    await outbox.flushed()
    expect(sent).toEqual(['old', 'new'])
  })
  it('lets what has a slot not wait for what fails', async () => {
    const clock = fakeClock()
    const outbox = new Outbox(clock, 10, () => undefined)
    const sent: string[] = []
    outbox.add(() => {
      sent.push('event')
      return Promise.reject(passing())
    })
    await clock.advance(120_000)
    const before = sent.length
    outbox.put('notes', () => {
      sent.push('notes')
      return Promise.resolve()
    })
    await clock.advance(0)
    expect(sent.slice(before)).toContain('notes')
    await clock.advance(3_600_000)
    expect(sent.filter((each) => each === 'event')).toHaveLength(12)
  })
  it('lets what is put while its slot is being sent not wait for what fails either', async () => {
    const clock = fakeClock()
    const outbox = new Outbox(clock, 10, () => undefined)
    const sent: string[] = []
    outbox.add(async () => {
      await clock.sleep(1000)
      throw passing()
    })
    await clock.advance(500)
    outbox.put('notes', async () => {
      await clock.sleep(1000)
      sent.push('old')
    })
    await clock.advance(1000)
    outbox.put('notes', () => {
      sent.push('new')
      return Promise.resolve()
    })
    await clock.advance(500)
    expect(sent).toEqual(['old', 'new'])
  })
  it('drops the oldest of what is too much, and what cannot be sent is not tried again', async () => {
    const outbox = new Outbox(fakeClock(), 3, () => undefined)
    const sent: number[] = []
    for (let n = 0; n < 5; n += 1)
      outbox.add(() => {
        sent.push(n)
        return Promise.reject(new Error('hopeless'))
      })
    await outbox.flushed()
    expect(sent).toEqual([2, 3, 4])
    expect(outbox.dropped).toBe(5)
  })
  it('is closed after a moment', async () => {
    const clock = fakeClock()
    const outbox = new Outbox(clock, 3, () => undefined)
    outbox.add(() => Promise.reject(passing()))
    await clock.advance(0)
    const closed = outbox.close(2000)
    await clock.advance(2000)
    await closed
    expect(clock.pending).toBe(0)
    outbox.add(() => Promise.reject(new Error('never')))
    await outbox.flushed()
    expect(outbox.dropped).toBe(0)
  })
})

describe('a bucket of tokens', () => {
  it('gives so many at once, then one now and then', () => {
    const tokens = new Tokens(3, 1000)
    const taken = (now: number, times: number): number =>
      Array.from({ length: times }, () => tokens.take(now)).filter(Boolean).length
    expect([taken(0, 5), taken(500, 5), taken(1000, 5), taken(3500, 5), taken(100_000, 5)]).toEqual([
      3, 0, 1, 2, 3,
    ])
  })
})
