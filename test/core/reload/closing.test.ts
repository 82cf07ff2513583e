import { expect, test } from 'vitest'
import { rig } from '../../support/loop-rig.js'
import { recorder } from '../../support/recorder.js'

test('a gate that ends the loop and fails is neither told of nor an unhandled rejection', async () => {
  const ending = new AbortController()
  // oxlint-disable-next-line typescript/require-await -- as a gate may be written
  const gate = async (): Promise<boolean> => {
    ending.abort()
    throw new Error('no')
  }
  const { loop, set, told } = await rig(recorder(), { gate, signal: ending.signal })
  await set('2')
  await loop.close()
  expect(told).toEqual([])
})
