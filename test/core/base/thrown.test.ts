import { describe, expect, test } from 'vitest'
import { describeThrown } from '../../../packages/core/src/base/thrown.js'

const secret = 'postgres://admin:hunter2@db:5432:1'

class Messageless extends Error {
  override message = undefined as unknown as string
}
class Hostile extends Error {
  override get stack(): string {
    throw new Error(secret)
  }
}
const rewritten = (): Error => {
  const error = new Error(`bad line:\n    at ${secret}`)
  // Reading it fixes the stack with the first message in it.
  expect(error.stack).toContain('bad line')
  error.message = 'bad config'
  return error
}

describe('what is said of a thrown thing', () => {
  test.each([
    ['no message', new Messageless()],
    ['a getter that throws', new Hostile()],
    ['frames in the message', new Error(`x\n    at ${secret}`)],
    ['a message that was rewritten', rewritten()],
    ['a value for a name', Object.assign(new Error('x'), { name: secret })],
    ['no error at all', secret],
    ['nothing', undefined],
  ])('%s: it never throws and never quotes', (_, thrown) => {
    const said = describeThrown(thrown)
    expect(said).not.toBe('')
    expect(said).not.toContain('hunter2')
  })

  test.each(['a', '', 'e', 'some message'])('kind and place, also for the message %j', (message) => {
    expect(describeThrown(new TypeError(message))).toMatch(/^TypeError at .*thrown\.test\.ts:\d+:\d+\)?$/)
  })
})
