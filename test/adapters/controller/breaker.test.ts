import { describe, expect, it } from 'vitest'
import { minute, story, type Story, t0 } from './story.js'

const flapping = (annotations = {}): Story => {
  const tale = story({ 'hotmount.dev/breaker': '3/1h', ...annotations })
  for (const a of ['2', '3', '4']) expect(tale.changed({ a })).toBe('roll')
  expect(tale.changed({ a: '5' })).toBe('wait breaker')
  return tale
}

describe('the breaker', () => {
  it('holds a workload that rolls too often, over a restart', () => {
    const tale = flapping()
    tale.seen = undefined
    expect([tale.step(), tale.after(30 * minute).step()]).toEqual(['wait coalesce', 'wait breaker'])
  })
  it('lets one rollout through when it was steady, and holds at once when it goes on', () => {
    const tale = flapping()
    tale.after(60 * minute)
    expect(tale.step()).toBe('roll')
    expect(tale.changed({ a: '6' })).toBe('wait breaker')
    expect(tale.rollouts).toBe(4)
    expect(tale.after(61 * minute).step()).toBe('roll')
    expect(tale.rollouts).toBe(5)
  })
  it('forgets when it was quiet after that', () => {
    const tale = flapping()
    tale.after(60 * minute).step()
    tale.after(61 * minute)
    expect([tale.changed({ a: '6' }), tale.changed({ a: '7' })]).toEqual(['roll', 'roll'])
  })
  it('is released by a person, once', () => {
    const tale = flapping()
    tale.annotations['hotmount.dev/release'] = 'now'
    expect(tale.step()).toBe('roll')
    expect([tale.changed({ a: '6' }), tale.changed({ a: '7' }), tale.changed({ a: '8' })]).toEqual([
      'roll',
      'roll',
      'wait breaker',
    ])
    expect(tale.step()).toBe('wait breaker')
    tale.annotations['hotmount.dev/release'] = 'again'
    expect(tale.step()).toBe('roll')
  })
  it('is not released by what was written before', () => {
    expect(flapping({ 'hotmount.dev/release': 'long ago' }).rollouts).toBe(3)
  })
  it('never holds a workload for a clock that was ahead', () => {
    const tale = story({ 'hotmount.dev/breaker': '3/1h' })
    tale.nowMs += 10 * 60 * minute
    for (const a of ['2', '3', '4']) tale.changed({ a })
    tale.nowMs = t0
    expect(tale.changed({ a: '5' })).toBe('roll')
  })
})
