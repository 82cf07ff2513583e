import { describe, expect, it } from 'vitest'
import { stateName } from '../../../packages/adapters/src/controller/annotation-names.js'
import { minute, story } from './story.js'

describe('when a rollout may begin', () => {
  it('is when it was quiet, at the latest after the most', () => {
    const tale = story({ 'hotmount.dev/coalesce': '10s:25s' })
    const said: string[] = []
    for (let second = 0; second < 40 && tale.rollouts === 0; second += 5) {
      said.push(tale.put('configmap/shop', { a: `${second}!` }).step())
      tale.after(5000)
    }
    expect(said).toEqual([...Array.from({ length: 5 }, () => 'wait coalesce'), 'roll'])
  })
  it("is after Reloader's pause, whatever else comes, over a restart", () => {
    const tale = story({ 'deployment.reloader.stakater.com/pause-period': '5m' })
    expect(tale.changed({ a: '2' })).toBe('wait pause')
    tale.after(4 * minute).put('configmap/shop', { a: '3' })
    tale.seen = undefined
    expect([tale.step(), tale.after(2000).step()]).toEqual(['wait pause', 'wait pause'])
    expect(tale.after(minute - 4000).step()).toBe('roll')
    expect(tale.rollouts).toBe(1)
    expect(JSON.parse(tale.annotations[stateName] ?? '')).not.toHaveProperty('waiting')
  })
  it('has no pause for other kinds, nor for what is no duration', () => {
    const set = story({ 'deployment.reloader.stakater.com/pause-period': '5m' })
    set.kind = 'StatefulSet'
    expect(set.changed({ a: '2' })).toBe('roll')
    expect(story({ 'deployment.reloader.stakater.com/pause-period': 'soon' }).changed({ a: '2' })).toBe(
      'roll',
    )
  })
  it('is within a window', () => {
    const tale = story({ 'hotmount.dev/window': 'Mon-Fri 22:00-04:00 Europe/Berlin' })
    expect(tale.changed({ a: '2' })).toBe('wait window')
    // Monday, 21:59 there.
    tale.nowMs = Date.parse('2026-03-02T20:59:00Z')
    expect(tale.step()).toBe('wait window')
    expect(tale.after(minute).step()).toBe('roll')
  })
  it('is not more often than allowed; the latest config wins', () => {
    const tale = story({ 'hotmount.dev/rate': '2/1h' })
    expect([tale.changed({ a: '2' }), tale.changed({ a: '3' }), tale.changed({ a: '4' })]).toEqual([
      'roll',
      'roll',
      'wait rate',
    ])
    tale.after(30 * minute)
    expect(tale.changed({ a: '5' })).toBe('wait rate')
    expect(tale.after(30 * minute).step()).toBe('roll')
    expect(tale.rollouts).toBe(3)
  })
  it('is when its digest was approved, and only that', () => {
    const tale = story({ 'hotmount.dev/approval': 'required' })
    expect(tale.changed({ a: '2' })).toBe('wait approval')
    const { waiting } = JSON.parse(tale.annotations[stateName] ?? '') as { waiting: { digest: string } }
    tale.annotations['hotmount.dev/approve'] = waiting.digest.slice(0, 5)
    expect(tale.step()).toBe('wait approval')
    tale.annotations['hotmount.dev/approve'] = waiting.digest.slice(0, 8)
    tale.put('configmap/shop', { a: '3' }).step()
    expect(tale.after(2000).step()).toBe('wait approval')
    tale.put('configmap/shop', { a: '2' }).step()
    expect(tale.after(2000).step()).toBe('roll')
  })
  it('is when the turn is free', () => {
    const tale = story({ 'hotmount.dev/turn': 'shops' })
    tale.taken = true
    expect(tale.changed({ a: '2' })).toBe('wait turn')
    tale.taken = false
    expect(tale.step()).toBe('roll')
  })
  it.each([
    ['hotmount.dev/window', 'at night'],
    ['hotmount.dev/window', 'Mon 25:00-26:00'],
    ['hotmount.dev/window', 'Mon 10:00-11:00 Mars/Olympus'],
    ['hotmount.dev/rate', 'three'],
    ['hotmount.dev/rate', '0/1h'],
    ['hotmount.dev/breaker', '3/soon'],
    ['hotmount.dev/coalesce', '1m:1s'],
    ['hotmount.dev/approval', 'please'],
    ['hotmount.dev/rollout', 'yes'],
  ])('is never while %s says %s', (name, text) => {
    const tale = story({ [name]: text })
    expect(tale.changed({ a: '2' })).toBe('wait annotation')
    const plan = tale.plan()
    expect(plan.do === 'wait' && plan.complaint).toMatchObject({ annotation: name })
    delete tale.annotations[name]
    expect(tale.step()).toBe('roll')
  })
})
