import type { AnySchema } from '@hotmount/adapters/config'

/** A schema that answers each input when the test says so; what it takes, it returns. */
export const byHand = <T>(): {
  readonly schema: AnySchema & { '~standard': { types?: { input: unknown; output: T } } }
  /** Answers an input that was asked for; false when it was not. */
  readonly answer: (input: T, good?: boolean) => boolean
} => {
  const asked = new Map<string, (good: boolean) => void>()
  const validate = (input: unknown): Promise<never> =>
    new Promise((resolve) => {
      asked.set(JSON.stringify(input), (good) => {
        resolve((good ? { value: input } : { issues: [{ message: 'no', path: ['n'] }] }) as never)
      })
    })
  return {
    schema: { '~standard': { version: 1, vendor: 'hand', validate } },
    answer: (input, good = true) => {
      const question = asked.get(JSON.stringify(input))
      question?.(good)
      return question !== undefined
    },
  }
}
