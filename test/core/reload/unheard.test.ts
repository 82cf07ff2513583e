import { reload } from '@hotmount/core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { mounted } from '../../support/mounted.js'

/** Texts of the process warnings from now on, until the test ends. */
const warnings = (): readonly string[] => {
  const told: string[] = []
  const spy = vi
    .spyOn(process, 'emitWarning')
    .mockImplementation((warning) => void told.push(String(warning)))
  onTestFinished(() => spy.mockRestore())
  return told
}

const refusing = async () => {
  const { volume, mount } = await mounted({ a: '1' })
  let isBad = false
  const check = (): void => {
    if (isBad) throw new Error('no')
  }
  const loop = reload(mount, { name: 'app', check, apply: () => undefined }, { initial: true })
  const refuse = async (a: string): Promise<void> => {
    isBad = true
    await volume.swap({ a })
    await mount.resync()
    await vi.waitFor(() => expect(loop.status.state).toBe('rejected'))
  }
  return { loop, refuse }
}

test('a refusal is a warning again once the reader of the reports has left', async () => {
  const told = warnings()
  const { loop, refuse } = await refusing()
  for await (const { outcome } of loop) if (outcome === 'applied') break
  await refuse('2')
  expect(told).toEqual([expect.stringContaining('check of')])
})

test('it is none while somebody still reads', async () => {
  const told = warnings()
  const { loop, refuse } = await refusing()
  const [reader, other] = [loop[Symbol.asyncIterator](), loop[Symbol.asyncIterator]()]
  await other.return?.()
  await other.return?.()
  await refuse('2')
  expect(told).toEqual([])
  await reader.return?.()
  await refuse('3')
  await vi.waitFor(() => expect(told).toHaveLength(1))
})
