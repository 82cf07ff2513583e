import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  option,
  record,
  string,
  subarray,
} from 'fast-check'
import { describe, expect, it } from 'vitest'
import { actingArgs, actingPlan } from '../../../packages/adapters/src/cli/act.js'
import type { Plan } from '../../../packages/adapters/src/cli/plan/plan.js'
import { running } from '../../../packages/adapters/src/cli/run.js'
import { sitting } from '../../../packages/adapters/src/cli/sidecar.js'
import { finish, temporary } from './support.js'

const mountName = string({ unit: constantFrom('a', 'b', '-', '1', 'Z'), minLength: 1, maxLength: 5 }).map(
  (text) => `x${text}`,
)
const time = constantFrom('1s', '250ms', '1.5m', '2h')
const words = array(string({ unit: constantFrom('a', ' ', "'", '"', '\\', '$', ':', '#', '\n', '-', 'é') }), {
  maxLength: 4,
}).map((rest) => ['prog'].concat(rest))
const quoted = (argv: readonly string[]): string =>
  argv.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ')
const maybe = (flag: string, value: ReturnType<typeof constant<string>> | typeof time) =>
  option(value).map((text) => (text === null ? [] : [flag, text]))

const common = record({
  mounts: array(mountName, { minLength: 1, maxLength: 3 }).map((names) =>
    [...new Set(names)].flatMap((one) => ['--mount', `${one}=/mnt/${one}`]),
  ),
  times: record({
    settle: maybe('--settle', time),
    resync: maybe('--resync', constantFrom('1m', 'off')),
    poll: maybe('--poll', time),
    wait: maybe('--wait', time),
    timeout: maybe('--timeout', time),
    cooldown: maybe('--cooldown', time),
    splay: maybe('--splay', time),
    retry: maybe('--retry-max', time),
    lease: maybe('--one-at-a-time', constant('shop-config')),
  }).map((all) => Object.values(all).flat()),
  check: option(words).map((argv) => (argv === null ? [] : ['--check', quoted(argv)])),
  verify: maybe('--verify-url', constant('http://me:pw@127.0.0.1/ok?a=b#c')),
  switches: subarray(['--accept-empty', '--report', '--json']),
  listen: option(constantFrom('9533', ':9533', '[::1]:1', 'unix:/run/x.sock')).map((text) =>
    text === null ? [] : ['--listen', text, '--ready-stale', '5m', '--listen-token-file', '/t: #'],
  ),
}).map((all) => Object.values(all).flat())

const runLine = record({
  common,
  deed: constantFrom<readonly string[]>(
    ['--signal', 'usr1'],
    ['--restart'],
    ['--restart', '--stop-signal=INT', '--dotenv', 'a: b', '--dotenv', 'c'],
    ['--reload-command', `sh -c 'echo "$X"'`],
    ['--webhook', 'http://u:p%20w@h/x?y=z'],
    ['--server', 'nginx'],
    ['--server', 'haproxy'],
  ),
  child: record({
    grace: maybe('--grace', time),
    policy: maybe('--restart-policy', constantFrom('never', 'on-failure', 'always')),
    initial: boolean().map((is) => (is ? ['--initial'] : [])),
  }).map((all) => Object.values(all).flat()),
  command: words,
}).map(({ common: flags, deed, child, command }) => {
  const hasOneMount = flags.indexOf('--mount') === flags.lastIndexOf('--mount')
  const [kind = '', value = ''] = deed
  const program = kind === '--server' ? [value] : []
  return flags.concat(hasOneMount ? deed : deed.slice(0, 2), child, '--', program, command)
})

const sidecarLine = record({
  common,
  deed: constantFrom(
    ['--signal', 'HUP', '--process', 'a b'],
    ['--signal', 'HUP', '--match', '^a: (b|c)\\d#'],
    ['--server', 'nginx', '--pid-file', '/run/x: y'],
    ['--server', 'prometheus', '--server-url', 'http://127.0.0.1:9090/p'],
    ['--server', 'gunicorn', '--server-command', "gunicorn -c 'a b' x:y"],
    ['--webhook', 'https://h/'],
  ),
  initial: boolean().map((is) => (is ? ['--no-initial'] : [])),
}).map((all) => Object.values(all).flat())

describe('--print-config', () => {
  it.each([
    ['run', running, runLine],
    ['sidecar', sitting, sidecarLine],
  ] as const)('prints a file that does the same as the flags of %s', async (command, acting, lines) => {
    const file = path.join(await temporary(), 'hotmount.yaml')
    const planFor = async (argv: readonly string[]): Promise<Plan> =>
      (await actingPlan(actingArgs(argv, acting, {}), acting)).plan
    await assert(
      asyncProperty(lines, async (argv) => {
        const [plan, printed] = await Promise.all([
          planFor(argv),
          finish([command, '--print-config', ...argv]),
        ])
        expect(printed).toMatchObject({ code: 0, err: '' })
        await writeFile(file, printed.out)
        expect(await planFor(['--config', file])).toEqual(plan)
        // And once more: what was read from a file prints the same file.
        expect((await finish([command, '--print-config', '--config', file])).out).toBe(printed.out)
      }),
      { numRuns: 60 },
    )
  })
})
