import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { envKeys, envOf } from '@hotmount/adapters/env'
import { react, snapshots } from './snapshots.js'

describe('envKeys', () => {
  it('makes each key a variable with exactly its value, and names what it skips', async () => {
    const take = await snapshots()
    const into: NodeJS.ProcessEnv = {}
    const reaction = envKeys({ into })
    const data = {
      LOG_LEVEL: 'info',
      lines: 'a\nb\n',
      'app.yaml': 'x',
      '2fa': 'x',
      'logo.png': Uint8Array.of(0xff),
    }
    expect(await react(reaction, await take(data))).toBe(
      '2 set, 0 changed, 0 unset; no names of variables: 2fa, app.yaml, logo.png',
    )
    expect(into).toEqual({ LOG_LEVEL: 'info', lines: 'a\nb\n' })
    expect(await react(reaction, await take({ LOG_LEVEL: 'warn' }))).toBe('0 set, 1 changed, 1 unset')
    expect(into).toEqual({ LOG_LEVEL: 'warn' })
  })

  it('refuses all for one denied key or one that is not text', async () => {
    const take = await snapshots()
    const into: NodeJS.ProcessEnv = {}
    await expect(react(envKeys({ into }), await take({ A: '1', PATH: '/tmp' }))).rejects.toMatchObject({
      code: 'SCHEMA_FAILED',
      issues: [{ path: 'PATH', message: 'is denied' }],
    })
    await expect(
      react(envKeys({ into }), await take({ A: '1', B: Uint8Array.of(0xff) })),
    ).rejects.toMatchObject({
      code: 'PARSE_FAILED',
      key: 'B',
    })
    expect(into).toEqual({})
  })

  it('sets no prototype', async () => {
    const take = await snapshots()
    const into: NodeJS.ProcessEnv = {}
    const data = Object.fromEntries([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['A', '1'],
    ])
    expect(await react(envKeys({ into }), await take(data))).toBe(
      '2 set, 0 changed, 0 unset; no names of variables: __proto__',
    )
    expect(Object.entries(into)).toEqual([
      ['A', '1'],
      ['constructor', 'y'],
    ])
    expect(Object.getPrototypeOf(into)).toBe(Object.prototype)
  })

  it('expands names of the same set and from before', async () => {
    const take = await snapshots()
    const into: NodeJS.ProcessEnv = { HOME: '/root', LIST: 'a', FIXED: 'before' }
    const data = {
      URL: 'http://${HOST}:${PORT:-80}/',
      HOST: '${NAME:-${FALLBACK:-local}host}',
      DIR: '${HOME}/x',
      PLAIN: String.raw`$HOME \${HOME} $ ${'${'}1} }`,
      EMPTY: '<${NOTHING}>',
      FIXED: 'new',
      USES: '${FIXED}',
      COMMAND: '$(id) `id`',
    }
    await react(envKeys({ into, expand: true }), await take(data))
    expect(into).toEqual({
      HOME: '/root',
      LIST: 'a',
      FIXED: 'before',
      URL: 'http://localhost:80/',
      HOST: 'localhost',
      DIR: '/root/x',
      PLAIN: '$HOME ${HOME} $ ${1} }',
      EMPTY: '<>',
      USES: 'before',
      COMMAND: '$(id) `id`',
    })
  })

  it('takes a name in its own value as the one from before, each time', async () => {
    const take = await snapshots()
    const into: NodeJS.ProcessEnv = { LIST: 'a' }
    const reaction = envKeys({ into, expand: true, override: true })
    await react(reaction, await take({ LIST: '${LIST}:b' }))
    await react(reaction, await take({ LIST: '${LIST}:c' }))
    expect(into).toEqual({ LIST: 'a:c' })
  })

  it.each([
    ['circle', { A: '${B}', B: '${C}', C: 'x${A}' }, 'refers to itself through others'],
    ['open end', { A: '${B:-x' }, 'has a ${ that is not closed'],
    ['deep default', { A: '${B:-'.repeat(30) + '}'.repeat(30) }, 'refers too deeply'],
    [
      'bomb',
      Object.fromEntries([
        ['A0', 'x'.repeat(64)],
        ...Array.from({ length: 40 }, (_, at) => [`A${at + 1}`, `\${A${at}}\${A${at}}`]),
      ]),
      'gets too long',
    ],
    [
      'crowd',
      Object.fromEntries([
        ['BIG', 'x'.repeat(100_000)],
        ...Array.from({ length: 30 }, (_, at) => [`A${at}`, '${BIG}']),
      ]),
      'gets too long',
    ],
    [
      'long chain',
      Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`A${at}`, `\${A${at + 1}}`])),
      'refers too deeply',
    ],
  ])('refuses a %s', async (_what, data, message) => {
    const take = await snapshots()
    const error = await react(envKeys({ into: {}, expand: true }), await take(data)).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ code: 'SCHEMA_FAILED', message: expect.stringContaining(message) })
  })
})

/** Variables A, B, C … of this many characters each. */
const long = (letters: string, length: number): Record<string, string> =>
  Object.fromEntries(letters.split('').map((name) => [name, 'x'.repeat(length)]))

describe('what no program can be started with', () => {
  it.each([
    ['a variable, by one byte', long('A', 131_070), 'A is over 131071 bytes with its name'],
    ['a variable, in bytes and not letters', { A: 'é'.repeat(65_535) }, 'A is over 131071 bytes'],
    ['many variables', long('ABCDEFGHIJKL', 131_069), 'L makes them over 1572864 bytes together'],
  ])('is refused: %s', async (_what, data, message) => {
    const take = await snapshots()
    const snapshot = await take(data)
    const into: NodeJS.ProcessEnv = {}
    const refusal = { code: 'SCHEMA_FAILED', message: expect.stringContaining(message) }
    await expect(react(envKeys({ into }), snapshot)).rejects.toMatchObject(refusal)
    expect(into).toEqual({})
    // A variable from before, which wins, is not of this set.
    expect(envOf({ into: long('AL', 1) })(snapshot)).not.toHaveProperty('A')
  })

  it('is anything but what is taken', async () => {
    const take = await snapshots()
    const env = envOf({ into: {} })(await take(long('ABCDEFGHIJK', 131_069)))
    expect(execFileSync('/bin/sh', ['-c', 'echo "${#K}"'], { env, encoding: 'utf8' })).toBe('131069\n')
  })
})

describe('envOf', () => {
  it('gives what a snapshot adds, and sets nothing', async () => {
    const take = await snapshots()
    const into: NodeJS.ProcessEnv = { A: 'before' }
    const snapshot = await take({ A: '1', B: '2', 'app.env': 'C=${A}' })
    expect(envOf({ into })(snapshot)).toEqual({ B: '2' })
    expect(envOf({ into, override: true })(snapshot)).toEqual({ A: '1', B: '2' })
    expect(envOf({ into, key: 'app.env', expand: true })(snapshot)).toEqual({ C: 'before' })
    expect(into).toEqual({ A: 'before' })
    expect(() => envOf({ key: 'none.env' })(snapshot)).toThrow('key none.env is missing')
  })
})
