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

const caught = async (url: string): Promise<unknown> => {
  try {
    return await import(/* @vite-ignore */ url.replaceAll(' ', '%20'))
  } catch (thrown) {
    return thrown
  }
}

const withFrame = (frame: string): Error =>
  Object.assign(new Error('x'), { stack: `Error: x\n    at ${frame}` })

describe('what is said of a thrown thing', () => {
  test.each([
    ['no message', new Messageless()],
    ['a getter that throws', new Hostile()],
    ['frames in the message', new Error(`x\n    at ${secret}`)],
    ['a message that was rewritten', rewritten()],
    ['a value for a name', Object.assign(new Error('x'), { name: secret })],
    ['a function with a value for a name', withFrame(`Object.${secret} (file:///app.js:1:2)`)],
    ['a query of a module', withFrame(`file:///app.js?config=${secret}:1:2`)],
    ['a query in parentheses', withFrame(`Object.apply (file:///app.js?${secret}:1:2)`)],
    ['no error at all', secret],
    ['nothing', undefined],
  ])('%s: it never throws and never quotes', (_, thrown) => {
    const said = describeThrown(thrown)
    expect(said).not.toBe('')
    expect(said).not.toContain('hunter2')
  })

  test.each(['a', '', 'e', 'some message'])('kind and place, also for the message %j', (message) => {
    expect(describeThrown(new TypeError(message))).toMatch(/^TypeError at .*thrown\.test\.ts:\d+:\d+$/)
  })

  test('a module made of a config is no place to be told', async () => {
    const thrown: unknown = await caught(`data:text/javascript,throw new Error("${secret}")`)
    expect(thrown).toBeInstanceOf(Error)
    expect(describeThrown(thrown)).not.toContain('hunter2')
  })

  test.each([
    'Object.hunter2 [as hunter2] (file:///app.js:1:2)',
    'hunter2 (file:///hunter2:3:4) (file:///app.js:1:2)',
    'async file:///app.js:1:2',
    'file:///app.js:1:2',
  ])('the name of a function is not told: %s', (frame) => {
    expect(describeThrown(withFrame(frame))).toBe('Error at file:///app.js:1:2')
  })

  test('the query of a module is left out of its place', () => {
    expect(describeThrown(withFrame('Object.apply (file:///app.js?2:1:2)'))).toBe(
      'Error at file:///app.js:1:2',
    )
  })
})
