import { setImmediate } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { liveConfig } from '@hotmount/adapters/config'
import { byHand } from './by-hand.js'
import { opened } from './opened.js'

const number = z.object({ n: z.number(), other: z.string().optional() })

const fail = (): never => {
  throw new Error('mine')
}

/** A config at n = 0, and what happens to it. */
const start = async () => {
  const { schema, answer } = byHand<{ n: number }>()
  const volume = await opened({ 'app.json': '{"n": 0}' })
  const opening = liveConfig(volume.mount, { schema, key: 'app.json' })
  answer({ n: 0 })
  const config = await opening
  const seen: unknown[] = []
  config.on('change', ({ current }) => seen.push(current.n))
  config.on('rejected', () => seen.push('rejected'))
  const edit = (n: number): Promise<string> => volume.edit({ 'app.json': JSON.stringify({ n }) })
  return { config, seen, edit, answer: (n: number, good = true) => answer({ n }, good) }
}
type Config = Awaited<ReturnType<typeof start>>['config']
const reached = (config: Config, n: number): Promise<void> =>
  vi.waitFor(() => {
    expect(config.current).toEqual({ n })
  })

describe('a schema that takes its time', () => {
  it('never goes back to a revision that answers late', async () => {
    const { config, seen, edit, answer } = await start()
    await edit(1)
    await edit(2)
    answer(2)
    await reached(config, 2)
    answer(1, false)
    await setImmediate()
    expect(config.stale).toBe(false)
    expect(seen).toEqual([2])
  })

  it('takes revisions that answer in order, and waits for the last', async () => {
    const { config, seen, edit, answer } = await start()
    await edit(1)
    await edit(2)
    const inSync = vi.fn<() => void>()
    const waited = config.inSync().then(inSync)
    answer(1)
    await reached(config, 1)
    expect(inSync).not.toHaveBeenCalled()
    answer(2)
    await waited
    expect(seen).toEqual([1, 2])
  })

  it('rejects inSync when the last revision is refused', async () => {
    const { config, seen, edit, answer } = await start()
    await edit(1)
    const waited = config.inSync()
    answer(1, false)
    await expect(waited).rejects.toMatchObject({ code: 'SCHEMA_FAILED' })
    expect(seen).toEqual(['rejected'])
  })

  it('starts with the revision that is there when it has been judged', async () => {
    const { schema, answer } = byHand<{ n: number }>()
    const { mount, edit } = await opened({ 'app.json': '{"n": 0}' })
    const opening = liveConfig(mount, { schema, key: 'app.json' })
    await edit({ 'app.json': '{"n": 1}' })
    answer({ n: 0 }, false)
    await vi.waitFor(() => {
      expect(answer({ n: 1 })).toBe(true)
    })
    const config = await opening
    expect(config).toMatchObject({ current: { n: 1 }, revision: mount.snapshot.revision })
  })

  it('settles nothing after it was closed', async () => {
    const { config, seen, edit, answer } = await start()
    await edit(1)
    const waited = config.inSync()
    const refused = waited.catch((error: unknown) => error)
    await config.close()
    answer(1)
    await setImmediate()
    expect(await refused).toMatchObject({ code: 'CLOSED' })
    expect([seen, config.current]).toEqual([[], { n: 0 }])
  })

  it.each([
    ['at once', number.refine(fail)],
    ['later', { '~standard': { version: 1, vendor: 'hand', validate: async () => fail() } } as const],
  ])('turns what the schema throws %s into a rejection', async (_when, schema) => {
    const { mount } = await opened({ 'app.json': '{"n": 0}' })
    await expect(liveConfig(mount, { schema, key: 'app.json' })).rejects.toMatchObject({
      code: 'SCHEMA_FAILED',
      message: `app.json at ${mount.snapshot.revision} made the schema itself throw`,
      origin: expect.objectContaining({ message: 'mine' }),
    })
  })
})

describe('select', () => {
  it('calls back only when the picked part changes, until it is stopped', async () => {
    const { mount, edit } = await opened({ 'app.json': '{"list": [1], "n": 1}' })
    const schema = z.object({ list: z.array(z.number()), n: z.number() })
    const config = await liveConfig(mount, { schema, key: 'app.json' })
    const heard: unknown[] = []
    const stop = config.select(
      ({ list }) => [...list],
      (next, previous) => heard.push([next, previous]),
    )
    await edit({ 'app.json': '{"list": [1], "n": 2}' })
    await edit({ 'app.json': '{"list": [1, 2], "n": 2}' })
    stop()
    await edit({ 'app.json': '{"list": [], "n": 2}' })
    expect(heard).toEqual([[[1, 2], [1]]])
  })

  it('isolates a pick or a callback that throws', async () => {
    const { mount, edit } = await opened({ 'app.json': '{"n": 1}' })
    const config = await liveConfig(mount, { schema: number, key: 'app.json' })
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    const heard: number[] = []
    config.select(({ n }) => (n > 1 ? fail() : n), fail)
    config.select(({ n }) => n, fail)
    config.select(
      ({ n }) => n,
      (n) => heard.push(n),
    )
    await edit({ 'app.json': '{"n": 2}' })
    expect(heard).toEqual([2])
    expect(warn).toHaveBeenCalledTimes(2)
    warn.mockRestore()
  })
})

const closed = { code: 'CLOSED', hint: expect.stringContaining('close') }

describe('closing', () => {
  it('leaves nothing on the mount, twice too', async () => {
    const { mount, edit } = await opened({ 'app.json': '{"n": 1}' })
    const before = mount.listenerCount('change')
    const config = await liveConfig(mount, { schema: number, key: 'app.json' })
    expect(mount.listenerCount('change')).toBe(before + 1)
    await config.close()
    await config[Symbol.asyncDispose]()
    await edit({ 'app.json': '{"n": 2}' })
    expect([mount.listenerCount('change'), config.current.n]).toEqual([before, 1])
    await expect(config.inSync()).rejects.toMatchObject(closed)
  })

  it('happens with the mount', async () => {
    const { mount } = await opened({ 'app.json': '{"n": 1}' })
    const config = await liveConfig(mount, { schema: number, key: 'app.json' })
    await mount.close()
    await expect(config.inSync()).rejects.toMatchObject(closed)
    await expect(liveConfig(mount, { schema: number, key: 'app.json' })).rejects.toMatchObject(closed)
  })
})
