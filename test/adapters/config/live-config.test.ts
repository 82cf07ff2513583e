import { inspect } from 'node:util'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import { z } from 'zod'
import type { InvalidConfigError } from '@hotmount/core'
import { type LiveConfig, liveConfig, type LiveConfigEvents, yaml } from '@hotmount/adapters/config'
import { opened } from './opened.js'

const schema = z.object({
  server: z.object({ host: z.string().default('localhost'), port: z.number().int() }),
  log: z.object({ level: z.enum(['debug', 'info', 'warn']) }).default({ level: 'info' }),
})
type App = z.output<typeof schema>

interface Heard {
  readonly changes: LiveConfigEvents<App>['change'][0][]
  readonly rejections: InvalidConfigError[]
}
const listen = (config: LiveConfig<App>): Heard => {
  const heard: Heard = { changes: [], rejections: [] }
  config.on('change', (event) => heard.changes.push(event))
  config.on('rejected', (error) => heard.rejections.push(error))
  return heard
}

describe('liveConfig', () => {
  it('has the type and value of the schema, frozen all the way down', async () => {
    const { mount } = await opened({ 'app.yaml': 'server: {port: 80}' })
    const config = await liveConfig(mount, { schema, key: 'app.yaml' })
    expectTypeOf(config).toEqualTypeOf<LiveConfig<App>>()
    expectTypeOf(config.current.server.port).toEqualTypeOf<number>()
    expect(config.current).toEqual({ server: { host: 'localhost', port: 80 }, log: { level: 'info' } })
    expect(config).toMatchObject({ revision: mount.snapshot.revision, stale: false, waiting: [] })
    expect(() => {
      config.current.server.port = 81
    }).toThrow(TypeError)
  })

  it('takes any Standard Schema', async () => {
    const { mount } = await opened({ 'app.json': '{"port": "80"}' })
    const byValibot = v.object({ port: v.pipe(v.string(), v.transform(Number)) })
    const one = await liveConfig(mount, { schema: byValibot, key: 'app.json' })
    expectTypeOf(one.current).toEqualTypeOf<{ port: number }>()
    expect(one.current).toEqual({ port: 80 })
    const deep = v.object({ list: v.array(v.object({ n: v.number() })) })
    const other = await opened({ 'app.json': '{"list": [{"n": 1}, {"n": "x"}]}' })
    await expect(liveConfig(other.mount, { schema: deep, key: 'app.json' })).rejects.toMatchObject({
      issues: [{ path: 'list.1.n' }],
    })
    const byHand = Object.assign(() => 0, {
      '~standard': {
        version: 1 as const,
        vendor: 'hand',
        validate: (input: unknown) => ({ value: { length: JSON.stringify(input).length } }),
        types: undefined as { input: unknown; output: { length: number } } | undefined,
      },
    })
    const two = await liveConfig(mount, { schema: byHand, key: 'app.json' })
    expectTypeOf(two.current).toEqualTypeOf<{ length: number }>()
    expect(two.current).toEqual({ length: 13 })
  })

  it('tells each change once, by path', async () => {
    const { mount, edit } = await opened({ 'app.yaml': 'server: {port: 80}' })
    const config = await liveConfig(mount, { schema, key: 'app.yaml' })
    const previous = config.current
    const { changes } = listen(config)
    const revision = await edit({ 'app.yaml': 'server: {port: 8080}\nlog: {level: warn}' })
    expect(config).toMatchObject({ revision, current: { server: { port: 8080 } } })
    expect(changes).toEqual([
      {
        previous,
        current: config.current,
        paths: [
          { path: ['server', 'port'], before: 80, after: 8080 },
          { path: ['log', 'level'], before: 'info', after: 'warn' },
        ],
      },
    ])
  })

  it('moves the revision without a change when only a comment or another key changed', async () => {
    const { mount, edit } = await opened({ 'app.yaml': 'server: {port: 80}' })
    const config = await liveConfig(mount, { schema, key: 'app.yaml' })
    const { current } = config
    const heard = listen(config)
    const first = await edit({ 'app.yaml': '# same\nserver: {port: 80}' })
    expect(config.revision).toBe(first)
    const second = await edit({ 'app.yaml': '# same\nserver: {port: 80}', other: 'x' })
    expect(config.revision).toBe(second)
    expect(config.current).toBe(current)
    expect(heard).toEqual({ changes: [], rejections: [] })
  })

  it('keeps the last good value through bad edits, and takes the fixed one', async () => {
    const { mount, edit } = await opened({ 'app.yaml': 'server: {port: 80}' })
    const config = await liveConfig(mount, { schema, key: 'app.yaml' })
    const good = config.revision
    const heard = listen(config)
    const bad = await edit({ 'app.yaml': 'server: {port: hunter2}\nlog: {level: loud}' })
    await edit({ 'app.yaml': 'server: {port: 80' })
    await edit({ other: 'x' })
    expect(config).toMatchObject({ stale: true, revision: good, current: { server: { port: 80 } } })
    expect(heard.rejections.map(({ code, key }) => [code, key])).toEqual([
      ['SCHEMA_FAILED', 'app.yaml'],
      ['PARSE_FAILED', 'app.yaml'],
      ['KEY_MISSING', 'app.yaml'],
    ])
    expect(heard.rejections[0]).toMatchObject({ revision: bad })
    expect(heard.rejections[0]?.issues.map(({ path }) => path)).toEqual(['server.port', 'log.level'])
    await expect(config.inSync()).rejects.toBe(heard.rejections[2])
    const fixed = await edit({ 'app.yaml': 'server: {port: 81}' })
    expect(config).toMatchObject({ stale: false, revision: fixed, current: { server: { port: 81 } } })
    await expect(config.inSync()).resolves.toBeUndefined()
    expect(heard.changes).toHaveLength(1)
  })

  it('complains once of the same bad bytes, and again of others', async () => {
    const { mount, edit } = await opened({ 'app.yaml': 'server: {port: 80}' })
    const config = await liveConfig(mount, { schema, key: 'app.yaml' })
    const { rejections } = listen(config)
    await edit({ 'app.yaml': 'server: 1' })
    const revision = await edit({ 'app.yaml': 'server: 1', other: 'x' })
    expect(rejections).toHaveLength(1)
    await expect(config.inSync()).rejects.toMatchObject({ revision })
    await edit({ 'app.yaml': 'server: 2' })
    await edit({ 'app.yaml': 'server: {port: 80}' })
    await edit({ 'app.yaml': 'server: 2' })
    expect(rejections).toHaveLength(3)
  })

  it('clears stale without a change when a bad edit is undone', async () => {
    const { mount, edit } = await opened({ 'app.yaml': 'server: {port: 80}' })
    const config = await liveConfig(mount, { schema, key: 'app.yaml' })
    const heard = listen(config)
    await edit({ 'app.yaml': 'server: 1' })
    expect(config.stale).toBe(true)
    await edit({ 'app.yaml': 'server: {port: 80}' })
    expect(config.stale).toBe(false)
    expect(heard).toMatchObject({ changes: [], rejections: [{ code: 'SCHEMA_FAILED' }] })
  })

  it('shows no value, wherever an error is printed', async () => {
    const { mount, edit } = await opened({ 'app.yaml': 'server: {port: 80}' })
    const config = await liveConfig(mount, { schema, key: 'app.yaml' })
    const { rejections } = listen(config)
    await edit({ 'app.yaml': 'server: {port: hunter2}\nlog: {level: hunter2}' })
    await edit({ 'app.yaml': 'password: hunter2\n  : [hunter2' })
    const parser = {
      name: 'mine',
      parse: (): never => {
        throw Object.assign(new Error('hunter2'), { line: 3 })
      },
    }
    const byMine: unknown = await liveConfig(mount, { schema, key: 'app.yaml', parser }).catch(
      (error: unknown) => error,
    )
    rejections.push(byMine as InvalidConfigError)
    expect(rejections).toHaveLength(3)
    for (const error of rejections)
      for (const shown of [
        error.message,
        error.hint,
        inspect(error, { depth: 9, showHidden: true }),
        JSON.stringify(error),
        error.stack,
      ])
        expect(shown).not.toContain('hunter2')
    expect(rejections.map(({ message }) => message.replace(/ at \.\.\S+/, ' at REVISION'))).toEqual([
      'app.yaml at REVISION does not fit the schema at server.port, log.level',
      expect.stringMatching(/^app.yaml at REVISION is not valid YAML: [A-Z_]+ at line \d, column \d+$/),
      'app.yaml at REVISION is not valid mine: its parser refused it at line 3',
    ])
    expect(inspect(config, { depth: 9 })).not.toContain('localhost')
  })

  it('names the variable that a bad value came from', async () => {
    const { mount } = await opened({ 'app.yaml': 'server: {port: 80}' })
    // What Kubernetes gives every container when there are services called app and app-log.
    const from = { APP_SERVER__PORT: 'tcp://10.0.0.1:80', APP_LOG: 'tcp://10.0.0.2:80', APP_PORT: '1' }
    const options = { key: 'app.yaml', env: { prefix: 'APP', from } }
    const error: unknown = await liveConfig(mount, { schema, ...options }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      message: `app.yaml at ${mount.snapshot.revision} does not fit the schema at server.port (from APP_SERVER__PORT), log (from APP_LOG)`,
      hint: expect.stringContaining('enableServiceLinks: false'),
    })
    const level = { ...options, env: { prefix: 'APP', from: { APP_LOG__X: '1' } } }
    await expect(liveConfig(mount, { schema, ...level })).rejects.toThrow(/at log\.level \(missing\)$/)
    const root = { schema: z.strictObject({ server: z.unknown() }), ...options }
    await expect(liveConfig(mount, root)).rejects.toThrow('(root) (from APP_LOG, APP_PORT, APP_SERVER__PORT)')
  })

  it('can be handed to a logger: no circle, no value', async () => {
    const { mount } = await opened({ 'a.yaml': 'port: 1\nname: hunter2' })
    const config = await liveConfig(mount, { schema: z.looseObject({}), key: 'a.yaml' })
    config.on('change', () => undefined)
    const text = JSON.stringify(config) + inspect(config, { depth: 20 })
    expect(JSON.parse(JSON.stringify(config))).toEqual({
      revision: config.revision,
      stale: false,
      waiting: [],
    })
    expect(text).not.toContain('hunter2')
  })

  it('warns of a rejection that nobody hears', async () => {
    const { mount, edit } = await opened({ 'app.yaml': 'server: {port: 80}' })
    await liveConfig(mount, { schema, key: 'app.yaml' })
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    await edit({ 'app.yaml': '' })
    expect(warn.mock.calls).toMatchObject([[{ code: 'SCHEMA_FAILED' }]])
    warn.mockRestore()
  })

  it('hears of a swap by itself', async () => {
    const { mount, edit } = await opened({ 'app.yaml': 'server: {port: 80}' })
    const config = await liveConfig(mount, { schema, key: 'app.yaml' })
    const port = new Promise((resolve) => {
      config.select(({ server }) => server.port, resolve)
    })
    const swapped = edit({ 'app.yaml': 'server: {port: 81}' })
    await expect(port).resolves.toBe(81)
    await swapped
  })

  it('reads only keys whose bytes changed', async () => {
    const { mount, edit } = await opened({ 'a.yaml': 'server: {port: 80}', 'b.yaml': 'log: {level: warn}' })
    const parsed: string[] = []
    const spied = {
      name: 'YAML',
      parse: (bytes: Uint8Array): unknown => {
        parsed.push(new TextDecoder().decode(bytes))
        return yaml().parse(bytes)
      },
    }
    const config = await liveConfig(mount, { schema, keys: ['a.yaml', 'b.yaml'], parser: spied })
    await edit({ 'a.yaml': 'server: {port: 80}', 'b.yaml': 'log: {level: debug}' })
    expect(config.current.log.level).toBe('debug')
    expect(parsed).toEqual(['server: {port: 80}', 'log: {level: warn}', 'log: {level: debug}'])
  })
})
