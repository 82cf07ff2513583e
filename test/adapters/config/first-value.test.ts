import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { json, liveConfig, properties } from '@hotmount/adapters/config'
import { opened } from './opened.js'

const anything = z.looseObject({})

describe('the first value', () => {
  it.each([
    ['KEY_MISSING', { other: '1' }],
    ['PARSE_FAILED', { 'app.yaml': 'a: [' }],
    ['SCHEMA_FAILED', { 'app.yaml': 'a: 1' }],
  ])('must be good: %s', async (code, data) => {
    const { mount } = await opened(data)
    const schema = z.object({ a: z.string() })
    const listeners = mount.listenerCount('change')
    await expect(liveConfig(mount, { schema, key: 'app.yaml' })).rejects.toMatchObject({
      name: 'InvalidConfigError',
      code,
      key: 'app.yaml',
    })
    expect(mount.listenerCount('change')).toBe(listeners)
  })

  it.each([
    ['no source', {}, /exactly one/],
    ['two sources', { key: 'app.yaml', keys: ['app.yaml'] }, /exactly one/],
    ['no keys', { keys: [] }, /exactly one/],
    ['an unknown format', { key: 'app.conf' }, /parser: the name of key app.conf/],
    ['an empty prefix', { key: 'app.yaml', env: { prefix: '' } }, /env.prefix/],
    ['no schema', { key: 'app.yaml', schema: {} }, /Standard Schema/],
  ])('needs good options: %s', async (_what, options, message) => {
    const { mount } = await opened({ 'app.yaml': 'a: 1' })
    const error = await liveConfig(mount, { schema: anything, ...options } as never).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({
      name: 'UsageError',
      code: 'BAD_OPTION',
      message: expect.stringMatching(message),
    })
  })

  it('merges keys, later ones first, over defaults', async () => {
    const { mount } = await opened({
      'base.yaml': 'list: [1, 2]\ndeep: {a: base, b: base}',
      'site.json': '{"list": [3], "deep": {"b": "site"}}',
      'empty.yaml': '# nothing',
    })
    const defaults = { deep: { c: 'default' }, more: true }
    const config = await liveConfig(mount, {
      schema: anything,
      keys: ['base.yaml', 'site.json', 'empty.yaml'],
      defaults,
    })
    expect(config.current).toEqual({ list: [3], deep: { a: 'base', b: 'site', c: 'default' }, more: true })
    expect(defaults).toEqual({ deep: { c: 'default' }, more: true })
  })

  it('takes every key as a property, blocks of lines where a parser is named for them', async () => {
    const { mount, edit } = await opened({
      database: 'mongodb\n',
      port: '80',
      keys: 'image.public.key=771\nrsa.public.key=42',
    })
    const schema = z.object({
      database: z.string(),
      port: z.coerce.number(),
      keys: z.record(z.string(), z.coerce.number()),
    })
    const config = await liveConfig(mount, { schema, properties: true, parser: { keys: properties() } })
    expect(config.current).toEqual({
      database: 'mongodb',
      port: 80,
      keys: { 'image.public.key': 771, 'rsa.public.key': 42 },
    })
    config.on('rejected', () => {})
    await edit({ database: 'x', port: 'many', keys: '' })
    await expect(config.inSync()).rejects.toMatchObject({ key: 'port' })
  })

  it('reads every property with one parser', async () => {
    const { mount } = await opened({ a: '[1]', b: '{"c": null}' })
    const config = await liveConfig(mount, { schema: anything, properties: true, parser: json() })
    expect(config.current).toEqual({ a: [1], b: { c: null } })
  })

  it('refuses a key that would be a prototype', async () => {
    const { mount } = await opened({ ['__proto__']: 'x', a: '1' })
    await expect(liveConfig(mount, { schema: anything, properties: true })).rejects.toMatchObject({
      code: 'PARSE_FAILED',
      key: '__proto__',
    })
  })

  it('tells wrong UTF-8 by place', async () => {
    const { mount } = await opened({ 'app.yaml': Uint8Array.of(0x61, 0x0a, 0xff) })
    await expect(liveConfig(mount, { schema: anything, key: 'app.yaml' })).rejects.toMatchObject({
      message: `app.yaml at ${mount.snapshot.revision} is not valid YAML: BAD_UTF8 at line 2, column 1`,
      hint: 'save the text as UTF-8',
    })
  })
})
