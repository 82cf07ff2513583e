import { describe, expect, it } from 'vitest'
import { readArgs } from '../../../packages/adapters/src/cli/args.js'
import { allPages } from '../../../packages/adapters/src/cli/commands.js'
import { flagsOf } from '../../../packages/adapters/src/cli/help.js'
import { strays, variableOf } from '../../../packages/adapters/src/cli/env.js'
import { finish } from './support.js'

const flags = {
  mount: { value: 'DIR', many: true, help: '' },
  'pid-file': { value: 'PATH', help: '' },
  match: { value: 'REGEX', help: '' },
  initial: { help: '' },
  timeout: { value: 'TIME', noVariable: true, help: '' },
} as const
const either = [['pid-file', 'match']]

const read = (argv: readonly string[], env: Record<string, string>): unknown => {
  const args = readArgs(argv, flags, { env, either })
  return {
    ...(args.all('mount').length > 0 && { mount: args.all('mount') }),
    ...(args.has('pid-file') && { pidFile: args.one('pid-file') }),
    ...(args.has('match') && { match: args.one('match') }),
    ...(args.has('initial') && { initial: true }),
    ...(args.has('timeout') && { timeout: args.one('timeout') }),
  }
}

describe('a variable', () => {
  it.each<[Record<string, string>, unknown]>([
    [{ HOTMOUNT_PID_FILE: '/run/x' }, { pidFile: '/run/x' }],
    [{ HOTMOUNT_PID_FILE: '' }, {}],
    [{ HOTMOUNT_PID_FILE: '--match' }, { pidFile: '--match' }],
    [{ HOTMOUNT_MOUNT: '/a' }, { mount: ['/a'] }],
    [{ HOTMOUNT_MOUNT: 'web=/a, tls=/b,' }, { mount: ['web=/a', 'tls=/b'] }],
    [{ HOTMOUNT_MOUNT: '/a,b\n/c\n' }, { mount: ['/a,b', '/c'] }],
    [{ HOTMOUNT_INITIAL: 'true' }, { initial: true }],
    [{ HOTMOUNT_INITIAL: 'YES' }, { initial: true }],
    [{ HOTMOUNT_INITIAL: '1' }, { initial: true }],
    [{ HOTMOUNT_INITIAL: 'false' }, {}],
    [{ HOTMOUNT_INITIAL: '0' }, {}],
    [{ HOTMOUNT_TIMEOUT: '1s' }, {}],
    [{ PID_FILE: '/run/x', HOTMOUNT_pid_file: '/y' }, {}],
  ])('%j stands for a flag', (env, expected) => {
    expect(read([], env)).toEqual(expected)
  })
  it('is beaten by its flag, and by one that excludes it', () => {
    expect(read(['--pid-file', '/a'], { HOTMOUNT_PID_FILE: '/b' })).toEqual({ pidFile: '/a' })
    expect(read(['--match', 'x'], { HOTMOUNT_PID_FILE: '/b' })).toEqual({ match: 'x' })
    expect(read(['--mount', '/a'], { HOTMOUNT_MOUNT: '/b,/c' })).toEqual({ mount: ['/a'] })
  })
  it('that is no switch is refused, without its value', async () => {
    expect(() => read([], { HOTMOUNT_INITIAL: 'hunter2' })).toThrow(
      'HOTMOUNT_INITIAL: neither true nor false',
    )
    const { code, err } = await finish(['watch', '/x'], { env: { HOTMOUNT_JSON: 'hunter2' } })
    expect(code).toBe(2)
    expect(err).toMatch(/^hotmount: HOTMOUNT_JSON: neither true nor false\n {2}→ write true or false\n/)
  })
})

const every = (await allPages()).flatMap((page) => Object.keys(flagsOf(page)))

describe('a variable that no flag reads', () => {
  it.each([
    ['HOTMOUNT_PIDFILE', 'HOTMOUNT_PID_FILE'],
    ['HOTMOUNT_MOUNTS', 'HOTMOUNT_MOUNT'],
    ['HOTMOUNT_TIMOUT', 'HOTMOUNT_TIMEOUT'],
  ])('%s is taken for %s', (name, meant) => {
    expect(strays([name, 'PATH'], Object.keys(flags))).toEqual([{ name, meant }])
  })
  it.each([
    'HOTMOUNT_REVISION',
    'HOTMOUNT_CHANGED_COUNT',
    'HOTMOUNT_SERVICE_HOST',
    'HOTMOUNT_PORT_9533_TCP_ADDR',
    'HOTMOUNT_SOMETHING_ELSE',
    'HOTMOUNT_MOUNT',
    'OTHER_MOUNTS',
  ])('%s is nobody’s mistake', (name) => {
    expect(strays([name], every)).toEqual([])
  })
  it('is warned about by every command, and only then', async () => {
    const [mistyped, right] = await Promise.all([
      finish(['inspect', '/tmp'], { env: { HOTMOUNT_JSN: '1' }, tty: true }),
      finish(['inspect', '/tmp'], { env: { HOTMOUNT_JSON: '1' }, tty: true }),
    ])
    expect(mistyped.err).toContain('no flag reads the variable HOTMOUNT_JSN; did you mean HOTMOUNT_JSON?')
    expect(right.err).toBe('')
    expect(JSON.parse(right.out)).toMatchObject({ path: '/tmp' })
  })
})

it('every flag has a variable of its own', () => {
  expect(Object.keys(flags).map(variableOf)).toEqual([
    'HOTMOUNT_MOUNT',
    'HOTMOUNT_PID_FILE',
    'HOTMOUNT_MATCH',
    'HOTMOUNT_INITIAL',
    'HOTMOUNT_TIMEOUT',
  ])
})
