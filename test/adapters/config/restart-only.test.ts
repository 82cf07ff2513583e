import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { liveConfig, type LiveConfigEvents, type OutputOf } from '@hotmount/adapters/config'
import { byHand } from './by-hand.js'
import { opened } from './opened.js'

const text = (port: number, level: string, host = 'a'): Record<string, string> => ({
  'app.json': JSON.stringify({ server: { port, host }, level }),
})

/** Writes into its input, as a careless schema may. */
const raisePort = (input: unknown): { value: { server: { port: number }; level: string } } => {
  const value = input as { server: { port: number }; level: string }
  value.server.port += 1000
  return { value }
}

describe('restartOnly', () => {
  const schema = z.object({ server: z.object({ port: z.number(), host: z.string() }), level: z.string() })
  type Events = LiveConfigEvents<OutputOf<typeof schema>>
  it('keeps what cannot be applied live, takes the rest, and says so once', async () => {
    const { mount, edit } = await opened(text(80, 'info'))
    const config = await liveConfig(mount, { schema, key: 'app.json', restartOnly: ['server'] })
    const required: Events['restartRequired'][0][] = []
    config.on('restartRequired', (event) => required.push(event))
    await edit(text(81, 'warn'))
    await edit(text(81, 'error'))
    expect(config.current).toEqual({ server: { port: 80, host: 'a' }, level: 'error' })
    expect(config.waiting).toEqual(['server.port'])
    await edit(text(81, 'error', 'b'))
    expect(required).toEqual([{ paths: ['server.port'] }, { paths: ['server.port', 'server.host'] }])
    await edit(text(80, 'error'))
    expect(config.waiting).toEqual([])
    expect(required).toHaveLength(2)
  })

  it('takes nothing live when old and new do not go together', async () => {
    const even = schema.refine(({ server, level }) => server.port === level.length)
    const { mount, edit } = await opened(text(4, 'info'))
    const config = await liveConfig(mount, { schema: even, key: 'app.json', restartOnly: ['server.port'] })
    const good = config.revision
    await edit(text(5, 'debug'))
    expect(config.current).toMatchObject({ server: { port: 4 }, level: 'info' })
    expect(config).toMatchObject({ stale: false, revision: good, waiting: ['server.port', 'level'] })
  })

  it('keeps what was mounted, whatever the schema does to its input', async () => {
    const { mount, edit } = await opened(text(80, 'info'))
    const writing = { '~standard': { version: 1, vendor: 'hand', validate: raisePort } } as const
    const config = await liveConfig(mount, { schema: writing, key: 'app.json', restartOnly: ['server.port'] })
    await edit(text(81, 'warn'))
    expect(config.current).toMatchObject({ server: { port: 1080 }, level: 'warn' })
  })

  it('keeps also what goes away or comes with its parent', async () => {
    const loose = z.looseObject({})
    const { mount, edit } = await opened({ 'app.json': '{"server": {"port": 80}, "level": "a"}' })
    const restartOnly = ['server.port', 'tls.cert']
    const config = await liveConfig(mount, { schema: loose, key: 'app.json', restartOnly })
    await edit({ 'app.json': '{"level": "b", "tls": {"cert": "x", "on": true}}' })
    expect(config.current).toEqual({ server: { port: 80 }, level: 'b', tls: { on: true } })
    expect(config.waiting).toEqual(['server.port', 'tls.cert'])
    await edit({ 'app.json': '{"server": {"host": "a"}, "level": "c"}' })
    expect(config.current).toEqual({ server: { port: 80, host: 'a' }, level: 'c' })
    const good = config.revision
    await edit({ 'app.json': '{"server": "none", "level": "d"}' })
    expect(config).toMatchObject({ current: { server: { port: 80 }, level: 'c' }, revision: good })
    expect(config.waiting).toEqual(['server', 'level'])
  })

  it('takes nothing live when the schema calls the path something else', async () => {
    const renaming = z
      .object({ port: z.number(), level: z.string() })
      .transform(({ port, level }) => ({ listen: { port }, level }))
    const { mount, edit } = await opened({ 'app.json': '{"port": 80, "level": "a"}' })
    const config = await liveConfig(mount, {
      schema: renaming,
      key: 'app.json',
      restartOnly: ['listen.port'],
    })
    const good = config.revision
    await edit({ 'app.json': '{"port": 81, "level": "b"}' })
    expect(config.current).toEqual({ listen: { port: 80 }, level: 'a' })
    expect(config).toMatchObject({ waiting: ['listen.port', 'level'], revision: good, stale: false })
    await edit({ 'app.json': '{"port": 80, "level": "c"}' })
    expect(config.current).toEqual({ listen: { port: 80 }, level: 'c' })
    expect(config.waiting).toEqual([])
  })

  it('never goes back to what ran before the schema was asked', async () => {
    interface App {
      readonly port: number
      readonly level: string
    }
    const { schema: slow, answer } = byHand<App>()
    const { mount, edit } = await opened({ 'app.json': '{"port":80,"level":"a"}' })
    const opening = liveConfig(mount, { schema: slow, key: 'app.json', restartOnly: ['port'] })
    answer({ port: 80, level: 'a' })
    const config = await opening
    const seen: unknown[] = []
    config.on('change', ({ current }) => seen.push(current.level))
    const second = await edit({ 'app.json': '{"port":80,"level":"b"}' })
    await edit({ 'app.json': '{"port":81,"level":"c"}' })
    const waited = config.inSync()
    answer({ port: 81, level: 'c' })
    // The schema is asked again, for the new level with the port that runs: meanwhile the turn before that ends.
    await vi.waitFor(() => {
      expect(answer({ port: 80, level: 'b' })).toBe(true)
      expect(config.current.level).toBe('b')
    })
    await vi.waitFor(() => {
      expect(answer({ port: 80, level: 'c' }, false)).toBe(true)
    })
    await waited
    expect(seen).toEqual(['b'])
    expect(config).toMatchObject({ current: { port: 80, level: 'b' }, revision: second })
    expect(config.waiting).toEqual(['port', 'level'])
  })

  it('still refuses what would not start', async () => {
    const { mount, edit } = await opened(text(80, 'info'))
    const config = await liveConfig(mount, { schema, key: 'app.json', restartOnly: ['server'] })
    const rejected = vi.fn<(error: Error) => void>()
    config.on('rejected', rejected)
    await edit({ 'app.json': '{"server": {"port": "x", "host": "a"}, "level": "info"}' })
    expect(rejected).toHaveBeenCalledOnce()
  })
})
