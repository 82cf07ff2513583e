import { describe, expect, it } from 'vitest'
import { Rollouts, type Standing } from '../../../packages/adapters/src/controller/rollouts.js'

const rolling = (updated?: number): Standing => ({ progress: 'rolling', updated })
const begun = (): Rollouts => {
  const rollouts = new Rollouts()
  rollouts.begin('shop', 'digest', 1000)
  return rollouts
}

describe('a rollout that nobody else says is stuck', () => {
  it('stands still from its last new pod on', () => {
    const rollouts = begun()
    expect(rollouts.dueMs('shop', 500)).toBeUndefined()
    rollouts.note('shop', rolling(0), 1100)
    expect(rollouts.dueMs('shop', 500)).toBe(1600)
    rollouts.note('shop', rolling(0), 1300)
    expect(rollouts.dueMs('shop', 500)).toBe(1600)
    rollouts.note('shop', rolling(1), 1500)
    expect(rollouts.dueMs('shop', 500)).toBe(2000)
    expect(rollouts.dueMs('shop', Number.POSITIVE_INFINITY)).toBeUndefined()
  })
  it('is told of once, and may still be over', () => {
    const rollouts = begun()
    rollouts.note('shop', rolling(0), 1100)
    const failed: Standing = { progress: 'failed', updated: 0 }
    expect(rollouts.note('shop', failed, 2000)).toEqual({ outcome: 'stuck', digest: 'digest' })
    expect(rollouts.note('shop', failed, 2100)).toBeUndefined()
    expect(rollouts.dueMs('shop', 500)).toBeUndefined()
    const news = rollouts.note('shop', { progress: 'complete', updated: 3 }, 3000)
    expect(news).toEqual({ outcome: 'complete', digest: 'digest', tookMs: 2000 })
  })
  it('is left to its own deadline where it has one', () => {
    const rollouts = begun()
    rollouts.note('shop', rolling(), 1100)
    expect(rollouts.dueMs('shop', 500)).toBeUndefined()
  })
})
