import { systemClock } from '@hotmount/core'
import { expect, onTestFinished, test } from 'vitest'
import { within } from '../../../packages/core/src/base/within.js'

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate)
}

test("work that fails after nobody waits for it any more is nobody's unhandled rejection", async () => {
  const unhandled: unknown[] = []
  const hear = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', hear)
  onTestFinished(() => void process.off('unhandledRejection', hear))
  const work = Promise.reject(new Error('no'))
  expect(await within(work, { clock: systemClock, ms: 1000, signal: AbortSignal.abort() })).toEqual({
    ended: 'abort',
  })
  await turns()
  expect(unhandled).toEqual([])
})
