import { ReactionError } from '@hotmount/core'
import { expect, test } from 'vitest'
import { rig } from '../../support/loop-rig.js'
import { recorder } from '../../support/recorder.js'

test('a rollback that throws the very error that led to it declines: that one is told, and tried again', async () => {
  const reaction = recorder({ rollback: true })
  const { loop, clock, set, told } = await rig(reaction, { retry: { min: 1000, max: 1000 } })
  const where = { reaction: 'recorder', stage: 'verify', revision: '2' } as const
  const failure = new ReactionError('VERIFY_FAILED', where, 'not yet', { hint: 'wait', retryable: true })
  const fail = (): never => {
    throw failure
  }
  reaction.behave.verify = fail
  reaction.behave.rollback = fail
  await set('2')
  await expect.poll(() => told).toEqual(['failed VERIFY_FAILED'])
  expect(loop.status.lastReport).toMatchObject({ error: failure, retryInMs: 1000 })
  expect(loop.status.state).toBe('dirty')
  delete reaction.behave.verify
  await clock.advance(1000)
  expect(await loop.inSync()).toMatchObject({ outcome: 'applied', attempt: 2 })
})
