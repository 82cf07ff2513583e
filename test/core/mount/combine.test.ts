import { combine, type Mount, watchConfigMap } from '@hotmount/core'
import { type SimulatedMount, simulateMount } from '@hotmount/core/testing'
import { expect, onTestFinished, test } from 'vitest'

const two = async (): Promise<{ app: SimulatedMount; tls: SimulatedMount; all: Mount; parts: Mount[] }> => {
  const [app, tls] = [await simulateMount({ config: '1' }), await simulateMount({ cert: '1' })]
  const parts = [await watchConfigMap(app.path), await watchConfigMap(tls.path)] as const
  const all = combine({ app: parts[0], tls: parts[1] }, { settle: { quiet: 300, max: 5000 } })
  onTestFinished(async () => {
    await all.close()
    await app[Symbol.asyncDispose]()
    await tls[Symbol.asyncDispose]()
  })
  return { app, tls, all, parts: [...parts] }
}

test('keys of all mounts under their names, one change for what came together', async () => {
  const { app, tls, all } = await two()
  expect(all.snapshot.keys()).toEqual(['app/config', 'tls/cert'])
  const changes: (readonly string[])[] = []
  all.on('change', ({ changed }) => changes.push(changed))
  await app.swap({ config: '2' })
  await tls.swap({ cert: '2' })
  await expect.poll(() => changes).toEqual([['app/config', 'tls/cert']])
  expect(all.snapshot.text('tls/cert')).toBe('2')
})

test('resync looks at every mount and tells at once', async () => {
  const { tls, all } = await two()
  await tls.swap({ cert: '2' })
  expect((await all.resync()).text('tls/cert')).toBe('2')
  expect(all.health).toMatchObject({ changes: 1, watching: 'events', detached: false })
})

test('trouble of one is trouble of all, and closing one closes all', async () => {
  const { app, all, parts } = await two()
  const codes: string[] = []
  all.on('error', (error) => codes.push(error.code))
  await app.detach()
  await all.resync()
  expect(codes).toEqual(['MOUNT_DETACHED'])
  expect(all.health.detached).toBe(true)
  const closed = new Promise<void>((resolve) => all.once('close', resolve))
  await parts[0]?.close()
  await closed
  expect(parts[1]?.signal.aborted).toBe(true)
})

test('a mount that is closed already is refused', async () => {
  const { all, parts } = await two()
  await all.close()
  const [app] = parts as [Mount]
  expect(() => combine({ app })).toThrow(expect.objectContaining({ code: 'CLOSED' }))
})

test.each([{}, { '': {} }, { 'a/b': {} }])('names that make no keys are refused: %j', (mounts) => {
  expect(() => combine(mounts as Record<string, Mount>)).toThrow(
    expect.objectContaining({ code: 'BAD_OPTION' }),
  )
})
