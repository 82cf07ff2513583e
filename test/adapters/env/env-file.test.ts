import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { reload, watchConfigMap } from '@hotmount/core'
import { simulateMount } from '@hotmount/core/testing'
import { defaultDeny, envFile } from '@hotmount/adapters/env'
import { react, rollBack, snapshots } from './snapshots.js'

const key = 'app.env'
const denied = (name: string): boolean =>
  defaultDeny.some((one) => (typeof one === 'string' ? one === name : one.test(name)))

describe('envFile', () => {
  it('sets, changes and unsets what it owns, and nothing else', async () => {
    const take = await snapshots()
    const into: NodeJS.ProcessEnv = { HOME: '/root' }
    const reaction = envFile({ key, into })
    expect(await react(reaction, await take({ [key]: 'A=1\nB="two words"\nC=3' }))).toBe(
      '3 set, 0 changed, 0 unset',
    )
    expect(into).toEqual({ HOME: '/root', A: '1', B: 'two words', C: '3' })
    expect(await react(reaction, await take({ [key]: 'A=1\nC=4\nD=5' }))).toBe('1 set, 1 changed, 1 unset')
    expect(into).toEqual({ HOME: '/root', A: '1', C: '4', D: '5' })
    expect(await react(reaction, await take({ [key]: '' }))).toBe('0 set, 0 changed, 3 unset')
    expect(into).toEqual({ HOME: '/root' })
  })

  it('leaves a variable from before alone', async () => {
    const take = await snapshots()
    const into: NodeJS.ProcessEnv = { A: 'before' }
    const reaction = envFile({ key, into })
    expect(await react(reaction, await take({ [key]: 'A=1\nB=2' }))).toBe(
      '1 set, 0 changed, 0 unset; kept from before: A',
    )
    expect(into).toEqual({ A: 'before', B: '2' })
    await react(reaction, await take({ [key]: 'B=3' }))
    expect(into).toEqual({ A: 'before', B: '3' })
  })

  it('wins over it with override, and puts it back', async () => {
    const take = await snapshots()
    const into: NodeJS.ProcessEnv = { A: 'before' }
    const reaction = envFile({ key, into, override: true })
    await react(reaction, await take({ [key]: 'A=1' }))
    await react(reaction, await take({ [key]: 'A=2' }))
    expect(into).toEqual({ A: '2' })
    await react(reaction, await take({ [key]: 'B=1' }))
    expect(into).toEqual({ A: 'before', B: '1' })
  })

  it('gives up a name that somebody else has set since', async () => {
    const take = await snapshots()
    const into: NodeJS.ProcessEnv = {}
    const reaction = envFile({ key, into })
    await react(reaction, await take({ [key]: 'A=1\nB=1' }))
    into['A'] = 'theirs'
    await react(reaction, await take({ [key]: 'A=2' }))
    expect(into).toEqual({ A: 'theirs' })
    await react(reaction, await take({ [key]: '' }))
    expect(into).toEqual({ A: 'theirs' })
  })

  it.each([
    ['a line that is no assignment', 'A=2\nbroken line', {}, 'PARSE_FAILED'],
    ['a bad name', 'A=2\nB.C=1', {}, 'SCHEMA_FAILED'],
    ['a denied name', 'A=2\nNODE_OPTIONS=--inspect', {}, 'SCHEMA_FAILED'],
    ['a name denied by pattern', 'A=2\nAWS_KEY=1', { deny: [/^AWS_/g] }, 'SCHEMA_FAILED'],
    ['a NUL', 'A=2\nB=\0', {}, 'SCHEMA_FAILED'],
    ['a required name missing', 'A=2', { required: ['A', 'MUST'] }, 'SCHEMA_FAILED'],
    ['a required name empty', 'A=2\nMUST=', { required: ['MUST'] }, 'SCHEMA_FAILED'],
    ['a circle', 'A=2\nB=${C}\nC=${B}', { expand: true }, 'SCHEMA_FAILED'],
    ['no such key', undefined, {}, 'KEY_MISSING'],
  ])('touches nothing because of %s', async (_what, text, options, code) => {
    const take = await snapshots()
    const into: NodeJS.ProcessEnv = {}
    await react(envFile({ key, into, ...options, required: [] }), await take({ [key]: 'X=1' }))
    const reaction = envFile({ key, into, ...options })
    const snapshot = await take(text === undefined ? { other: '1' } : { [key]: text })
    await expect(react(reaction, snapshot)).rejects.toMatchObject({ name: 'InvalidConfigError', code })
    await expect(react({ ...reaction, check: () => {} }, snapshot)).rejects.toMatchObject({ code })
    expect(into).toEqual({ X: '1' })
  })

  it('wants changes of its key, and any while its key is missing', async () => {
    const take = await snapshots()
    const reaction = envFile({ key, into: {} })
    const snapshot = await take({ [key]: 'A=1', other: '1' })
    const about = (touched: string) => ({
      snapshot,
      previous: snapshot,
      added: [],
      changed: [touched],
      removed: [],
      touches: (...keys: (string | RegExp)[]) => keys.includes(touched),
    })
    expect(reaction.wants?.(about(key))).toBe(true)
    expect(reaction.wants?.(about('other'))).toBe(false)
    const without = await take({ other: '2' })
    expect(reaction.wants?.({ ...about('other'), snapshot: without })).toBe(true)
  })

  it('names every fault, and no value', async () => {
    const take = await snapshots()
    const snapshot = await take({ [key]: 'PATH=hunter2\nB-C=hunter2\nLD_PRELOAD=hunter2' })
    const error = await react(envFile({ key, into: {}, required: ['R'] }), snapshot).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({
      message: `app.env at ${snapshot.revision} gives no environment: PATH is denied, B-C is no name of a variable, LD_PRELOAD is denied, R is required`,
    })
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('hunter2')
  })

  it('takes a required name from before, and the names that are harmless', async () => {
    const take = await snapshots()
    const into: NodeJS.ProcessEnv = { MUST: 'before' }
    await react(envFile({ key, into, required: ['MUST'] }), await take({ [key]: 'NODE_ENV=production' }))
    expect(into).toEqual({ MUST: 'before', NODE_ENV: 'production' })
  })

  it('puts a prefix before names, and judges the whole name', async () => {
    const take = await snapshots()
    const into: NodeJS.ProcessEnv = {}
    await react(envFile({ key, into, prefix: 'APP_' }), await take({ [key]: 'PATH=1\n2ND=2' }))
    expect(into).toEqual({ APP_PATH: '1', APP_2ND: '2' })
    await expect(
      react(envFile({ key, into, prefix: 'NODE_' }), await take({ [key]: 'OPTIONS=1' })),
    ).rejects.toThrow('NODE_OPTIONS is denied')
  })

  it('goes back to a good revision', async () => {
    const take = await snapshots()
    const into: NodeJS.ProcessEnv = {}
    const reaction = envFile({ key, into })
    const good = await take({ [key]: 'A=1\nB=1' })
    await react(reaction, good)
    await react(reaction, await take({ [key]: 'A=2\nC=2' }))
    expect(await rollBack(reaction, good)).toBe('1 set, 1 changed, 1 unset')
    expect(into).toEqual({ A: '1', B: '1' })
    await rollBack(reaction, await take({ other: '1' }))
    expect(into).toEqual({})
  })

  it('undoes everything when one name cannot be set', async () => {
    const take = await snapshots()
    const into = new Proxy<NodeJS.ProcessEnv>(
      { A: 'before' },
      {
        set: (target, name, value) => name !== 'C' && Reflect.set(target, name, value),
      },
    )
    const reaction = envFile({ key, into, override: true })
    await expect(react(reaction, await take({ [key]: 'A=1\nB=1\nC=1' }))).rejects.toThrow(TypeError)
    expect(into).toEqual({ A: 'before' })
    expect(await react(reaction, await take({ [key]: 'A=1' }))).toBe('1 set, 0 changed, 0 unset')
  })

  it('proves what it set', async () => {
    const take = await snapshots()
    const into = new Proxy<NodeJS.ProcessEnv>(
      {},
      {
        set: (target, name, value) => Reflect.set(target, name, name === 'B' ? 'other' : value),
      },
    )
    await expect(react(envFile({ key, into }), await take({ [key]: 'A=1\nB=1' }))).rejects.toMatchObject({
      code: 'VERIFY_FAILED',
      message: 'envFile app.env: these are not as they were set: B',
    })
  })

  it('denies what lets others run code', () => {
    const bad =
      'NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED LD_PRELOAD LD_LIBRARY_PATH DYLD_INSERT_LIBRARIES PATH BASH_ENV ENV IFS GIT_SSH_COMMAND PYTHONPATH PYTHONSTARTUP PERL5OPT RUBYOPT RUBYLIB JAVA_TOOL_OPTIONS npm_config_registry NPM_CONFIG_REGISTRY OPENSSL_CONF GLIBC_TUNABLES PERLLIB LUA_INIT LUA_INIT_5_4 LUA_PATH LUA_CPATH DOTNET_STARTUP_HOOKS DOTNET_ADDITIONAL_DEPS CORECLR_PROFILER_PATH PHPRC PHP_INI_SCAN_DIR CLASSPATH PYTHONBREAKPOINT GEM_PATH GEM_HOME BUNDLE_GEMFILE ZDOTDIR BUN_OPTIONS CURL_CA_BUNDLE REQUESTS_CA_BUNDLE'
    expect(bad.split(' ').filter((name) => !denied(name))).toEqual([])
    const fine =
      'NODE_ENV PORT HOME DATABASE_URL MY_PATH ENVIRONMENT LDAP_URL GITHUB_TOKEN RUBY_VERSION PYTHON_VERSION HTTP_PROXY TZ PYTHONUNBUFFERED DOTNET_ENVIRONMENT PHP_VERSION LUA_VERSION CLASSPATHS'
    expect(fine.split(' ').filter(denied)).toEqual([])
  })

  it('re-reads process.env in a loop', async () => {
    const name = 'HOTMOUNT_TEST_ENV_FILE'
    await using volume = await simulateMount({ [key]: `${name}=1` })
    await using mount = await watchConfigMap(volume.path)
    await using loop = reload(mount, envFile({ key, required: [name] }), { initial: true })
    expect(await loop.inSync()).toMatchObject({ outcome: 'applied', evidence: '1 set, 0 changed, 0 unset' })
    expect(process.env[name]).toBe('1')
    const reports: unknown[] = []
    loop.on('report', ({ outcome }) => reports.push(outcome))
    await volume.swap({ [key]: 'oops' })
    await mount.resync()
    await expect.poll(() => reports).toEqual(['rejected'])
    expect(process.env[name]).toBe('1')
    await volume.swap({ [key]: `${name}=2` })
    await expect.poll(() => process.env[name]).toBe('2')
    delete process.env[name]
  })
})
