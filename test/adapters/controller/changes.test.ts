import { describe, expect, it } from 'vitest'
import { stampName, stateName } from '../../../packages/adapters/src/controller/annotation-names.js'
import { minute, story, Story } from './story.js'

const many = (value: string) =>
  Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`key-${index}`, index === 77 ? value : 'x']))

const keys = (value: string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`key-${index}`, `${value} ${'x'.repeat(60)}`]))

describe('what counts as a change', () => {
  it('is not what was there at the first look', () => {
    const tale = new Story()
    expect(tale.step()).toBe('nothing')
    expect(tale.rollouts).toBe(0)
    expect(tale.template).toEqual({})
  })
  it.each([
    ['a key with another value', { a: '2' }],
    ['a key more', { a: '1', b: '1' }],
    ['a key more that every object of JavaScript has', { a: '1', constructor: '1' }],
    ['no key at all', {}],
  ])('is %s', (_what, hashes) => {
    expect(story().changed(hashes)).toBe('roll')
  })
  it('is the way back, too', () => {
    const tale = story()
    expect([tale.changed({ a: '2' }), tale.changed({ a: '1' }), tale.changed({ a: '2' })]).toEqual([
      'roll',
      'roll',
      'roll',
    ])
  })
  it('is nothing when it is back before anybody acted', () => {
    const tale = story()
    expect(tale.put('configmap/shop', { a: '2' }).step()).toBe('wait coalesce')
    expect(tale.put('configmap/shop', { a: '1' }).after(5000).step()).toBe('nothing')
  })
  it('stays one while the controller is down', () => {
    const tale = story()
    tale.put('configmap/shop', { a: '2' })
    tale.seen = undefined
    expect(tale.after(minute).step()).toBe('wait coalesce')
    expect(tale.after(2000).step()).toBe('roll')
  })
  it('is not a resource that a workload begins to use', () => {
    const tale = story()
    expect(tale.put('secret/db', { p: '1' }).settle()).toBe('nothing')
    expect(tale.rollouts).toBe(0)
    expect(tale.changed({ p: '2' }, 'secret/db')).toBe('roll')
  })
  it('is its coming and going only when asked', () => {
    const quiet = story()
    expect(quiet.put('configmap/shop', undefined).settle()).toBe('nothing')
    expect(quiet.put('configmap/shop', { a: '1' }).settle()).toBe('nothing')
    const asked = story()
    asked.rules = { ...asked.rules, onCreate: true, onDelete: true }
    expect(asked.put('configmap/shop', undefined).step()).toBe('wait coalesce')
    expect(asked.after(2000).step()).toBe('roll')
    expect(asked.changed({ a: '1' })).toBe('roll')
  })
  it('is a resource that was deleted and made anew with other values', () => {
    const tale = story()
    tale.put('configmap/shop', undefined).settle()
    expect(tale.changed({ a: '2' })).toBe('roll')
  })
  it('is only a key that counts', () => {
    const tale = story({ 'hotmount.dev/keys': 'a, db/*' })
    expect(tale.changed({ a: '1', noise: '1' })).toBe('nothing')
    expect(tale.changed({ a: '1', noise: '2' })).toBe('nothing')
    expect(tale.changed({ a: '2', noise: '2' })).toBe('roll')
    tale.put('secret/db', { any: '1' }).settle()
    expect(tale.changed({ any: '2' }, 'secret/db')).toBe('roll')
  })
  it('is no key that is to be ignored', () => {
    const tale = story({ 'hotmount.dev/ignore-keys': 'token*, configmap/shop/time?' })
    expect(tale.changed({ a: '1', 'token.jwt': '1', time1: '2' })).toBe('nothing')
    expect(tale.changed({ a: '1', time12: '1' })).toBe('roll')
  })
  it('is only a key that the pods refer to, when asked', () => {
    const tale = story({ 'hotmount.dev/keys': '@referenced' })
    tale.put('configmap/one', { k: '1', other: '1' }).settle()
    expect(tale.changed({ k: '1', other: '2' }, 'configmap/one')).toBe('nothing')
    expect(tale.changed({ k: '2', other: '2' }, 'configmap/one')).toBe('roll')
    expect(tale.changed({ any: '2' })).toBe('roll')
  })
  it('is not another choice of keys', () => {
    const tale = story({ 'hotmount.dev/keys': 'a' })
    tale.put('configmap/shop', { a: '1', b: '1' }).settle()
    tale.annotations['hotmount.dev/keys'] = '*'
    expect(tale.settle()).toBe('nothing')
    expect(tale.rollouts).toBe(0)
    expect(tale.changed({ a: '1', b: '2' })).toBe('roll')
  })
  it('is not another key of the hashes', () => {
    const tale = story()
    tale.rules = { ...tale.rules, hashing: '1:abcd' }
    tale.put('configmap/shop', { a: 'other' })
    expect(tale.step()).toBe('adopt')
    expect(tale.changed({ a: 'and another' })).toBe('roll')
  })
  it('is found among more keys than an annotation can hold', () => {
    const tale = story()
    tale.changed(many('1'))
    expect(tale.annotations[stateName]?.length).toBeLessThan(1000)
    expect(tale.changed(many('1'))).toBe('nothing')
    expect(tale.changed(many('2'))).toBe('roll')
  })
  it('is found among more resources than an annotation can hold', () => {
    const tale = story({ 'configmap.reloader.stakater.com/reload': 'many-.*' })
    for (let index = 0; index < 200; index++) tale.put(`configmap/many-${index}`, keys('1'))
    tale.settle()
    expect(tale.annotations[stateName]?.length).toBeLessThan(20_000)
    expect(tale.changed(keys('1'), 'configmap/many-7')).toBe('nothing')
    expect(tale.changed(keys('2'), 'configmap/many-7')).toBe('roll')
  })
  it('is adopted where the state cannot be read', () => {
    const tale = story()
    tale.annotations[stateName] = '{"v":'
    expect(tale.put('configmap/shop', { a: '2' }).step()).toBe('adopt')
  })
  it('stamps something else even where the digest comes back unseen', () => {
    const tale = story()
    tale.changed({ a: '2' })
    const stamped = tale.template[stampName]
    // Somebody takes the wish away and gives it back: what there is then is adopted.
    tale.annotations['reloader.stakater.com/auto'] = 'false'
    tale.settle()
    tale.put('configmap/shop', { a: '3' })
    tale.annotations['reloader.stakater.com/auto'] = 'true'
    tale.settle()
    expect(tale.changed({ a: '2' })).toBe('roll')
    expect(tale.template[stampName]).not.toBe(stamped)
  })
})
