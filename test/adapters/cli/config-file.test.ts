import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { actingArgs, actingPlan } from '../../../packages/adapters/src/cli/act.js'
import { readConfigFile } from '../../../packages/adapters/src/cli/config/file.js'
import type { Plan } from '../../../packages/adapters/src/cli/plan/plan.js'
import { planOf } from '../../../packages/adapters/src/cli/plan/plan-of.js'
import { sitting } from '../../../packages/adapters/src/cli/sidecar.js'
import { finish, temporary } from './support.js'

const written = async (text: string, name = 'hotmount.yaml'): Promise<string> => {
  const file = path.join(await temporary(), name)
  await writeFile(file, text)
  return file
}

/** What is told of a file, without where the file is. */
const told = async (text: string, name?: string): Promise<readonly string[]> => {
  const file = await written(text, name)
  const { code, out, err } = await finish(['sidecar', '--config', file])
  expect({ code, out }).toEqual({ code: 2, out: '' })
  return err.replaceAll(file, 'F').split('\n').slice(0, -1)
}

const planned = async (text: string, name?: string): Promise<Plan> => {
  const { config } = await readConfigFile(await written(text, name))
  return (await planOf(config)).plan
}

describe('a file with mistakes', () => {
  it('is told all of them at once, by line and column, and no value', async () => {
    const lines = await told(`mounts:
  web: { path: /etc/nginx, setle: hunter2 }
  tls: /etc/tls
reactions:
  - on: wbe/*.conf
    server: hunter2
    timeout: hunter2
  - signal: HPU
    restart: true
  - webhook: http://hunter2@x/
    check: 'nginx "hunter2'
    cooldwn: hunter2
    verify: { htp: hunter2 }
  - signal: HUP
run: { comand: hunter2 }
listen: hunter2
log: jsn
`)
    expect(lines).toEqual([
      'hotmount: 13 mistakes in F',
      'F:2:28 mounts.web.setle: there is no such name; did you mean settle?',
      "F:5:9 reactions[0].on: it names no mount; did you mean web? (with several mounts, keys are called NAME/KEY: 'web/*')",
      'F:6:13 reactions[0].server: there is no preset of this name (there are: nginx, gunicorn, haproxy, httpd, php-fpm, uwsgi, prometheus. For others, use a signal with a check)',
      'F:7:14 reactions[0].timeout: expected a length of time, as in 250ms, 10s, 5m, 1h',
      'F:8:13 reactions[1].signal: there is no such signal; did you mean HUP? (as in: HUP)',
      'F:9:14 reactions[1].restart: signal and restart are two things to do (keep one of them, or put both into a chain)',
      'F:11:12 reactions[2].check: the " at character 7 is never closed (write it as in a shell, or as a list of words: no shell reads it)',
      'F:12:5 reactions[2].cooldwn: there is no such name; did you mean cooldown?',
      'F:13:15 reactions[2].verify.htp: there is no such name; did you mean http?',
      'F:15:6 run: command is missing',
      'F:15:8 run.comand: there is no such name; did you mean command?',
      'F:16:9 listen: it is no address (as in 9533 (this pod only), :9533 (every address), unix:/run/hotmount.sock)',
      'F:17:6 log: expected auto or json; did you mean json?',
      '  See: hotmount sidecar --help',
    ])
    expect(lines.join('\n')).not.toContain('hunter2')
  })
  it.each<[string, string]>([
    ['reactions: [{ command: a }]', 'F:1:1: mounts is missing'],
    ['mounts: { a: /a }', 'F:1:1: reactions is missing'],
    ['mounts: {}\nreactions: [{ command: a }]', 'F:1:9 mounts: none is named'],
    ['mounts: [/a]\nreactions: [{ command: a }]', 'F:1:9 mounts: none is named'],
    ['mounts: /a\nreactions: [{ command: a }]', 'F:1:9 mounts: expected names with paths, as in web: /etc'],
    ['mounts: { a: /a }\nreactions: [nginx]', 'reactions[0]: expected names with values, such as server'],
    [
      'mounts: { a: /a }\nreactions: [{ command: a, verify: 127.0.0.1 }]',
      'verify: expected a URL, alive or new-workers, or names with values, such as http, tcp or command, or false',
    ],
    ['mounts: { a: /a }\nreactions: [{ signal: SIGHUPP, to: { process: a } }]', 'did you mean HUP?'],
    [
      'mounts: { a: /a }\nreactions: [{ command: a && b }]',
      "command: the && at character 3 is for a shell, and none runs (begin with sh -c '…'",
    ],
    ['mounts: { a: /a }\nreactions: []', 'F:2:12 reactions: expected a list of reactions'],
    ['mounts: { a: /a }\nreactions:', 'F:2:1 reactions: nothing stands here; expected a list'],
    [
      'mounts: { a: /a, b: /a/ }\nreactions: [{ command: a }]',
      'F:1:21 mounts.b: it is the same directory as a',
    ],
    ['mounts: { a: /a }\nreactions: [{ on: x }]', 'F:2:13 reactions[0]: what is to be done?'],
    ['mounts: { a: /a }\nreactions: [{ command: "" }]', 'expected a command'],
    ['mounts: { a: /a }\nreactions: [{ command: [] }]', 'expected a command'],
    [
      'mounts: { a: /a }\nreactions: [{ restart: true }]',
      'reactions[0].restart: there is no command to restart',
    ],
    ['mounts: { a: /a }\nreactions: [{ signal: HUP }]', 'reactions[0].signal: whom to signal is not said'],
    ['mounts: { a: /a }\nreactions: [{ signal: KILL, to: { process: a } }]', 'no process can catch SIGKILL'],
    ['mounts: { a: /a }\nreactions: [{ signal: HUP, to: { match: "(" } }]', 'to.match: it is no pattern'],
    [
      'mounts: { a: /a }\nreactions: [{ signal: HUP, to: { pid: 1 } }]',
      'to.pid: there is no such name; did you mean pidFile?',
    ],
    [
      'mounts: { a: /a }\nreactions: [{ signal: HUP, to: {} }]',
      'to: expected one of process, pidFile or match',
    ],
    ['mounts: { a: /a }\nreactions: [{ command: a, to: { process: a } }]', 'to: nothing is signalled here'],
    ['mounts: { a: /a }\nreactions: [{ command: a, check: false }]', 'check: there is no check to leave out'],
    [
      'mounts: { a: /a }\nreactions: [{ command: a, verify: alive }]',
      'only a signal and a server can be proven so',
    ],
    ['mounts: { a: /a }\nreactions: [{ command: a, timeout: 0s }]', 'timeout: no time at all'],
    ['mounts: { a: /a }\nreactions: [{ command: a, timeout: 10 }]', 'timeout: expected a length of time'],
    ['mounts: { a: /a }\nreactions: [{ command: a, timeout: 99999h }]', 'timeout: expected a length of time'],
    [
      'mounts: { a: /a }\nreactions: [{ command: a, verify: { tcp: hunter2 } }]',
      'verify.tcp: expected an address',
    ],
    ['mounts: { a: /a }\nreactions: [{ command: a, verify: { tcp: ":99999" } }]', 'cannot read the address'],
    ['mounts: { a: /a }\nrun: x\nreactions: [{ command: a }]', 'this file wraps a command'],
    ['mounts: { a: /a }\nreactions: [{ server: gunicorn }]', 'how gunicorn is started is not said'],
    [
      'mounts: { a: /a }\nreactions: [{ server: { name: nginx, socket: /s } }]',
      'server.socket: only haproxy has a use for it',
    ],
    [
      'mounts: { a: /a }\nreactions: [{ server: { name: uwsgi, command: uwsgi }, check: false }]',
      'uwsgi ends when',
    ],
    [
      'mounts: { a: /a }\nreactions: [{ webhook: { url: "http://x/", method: PATCH } }]',
      'webhook.method: expected POST, PUT or GET',
    ],
    [
      'mounts: { a: /a }\nreactions: [{ webhook: { url: "http://x/", headers: { "a b": c } } }]',
      'cannot be sent in a header',
    ],
    ['mounts: { a: /a }\nreactions: [{ push: { key: k } }]', 'reactions[0].push: url is missing'],
    [
      'mounts: { a: /a, b: /b }\nreactions: [{ push: { key: k, url: "http://x/" } }]',
      'push.key: it names no mount',
    ],
    [
      'mounts: { a: /a, b: /b }\nreactions: [{ on: a/*, push: { key: b/k, url: "http://x/" } }, { on: b/k, command: a }]',
      'it is a key of b, and this reacts to a alone',
    ],
    ['mounts: { a: /a, b: /b }\nreactions: [{ on: a/*, command: a }]', 'mounts.b: no reaction looks at it'],
    [
      'mounts: { a: /a }\nreactions: [{ chain: [{ command: a }, { stage: { into: /b } }] }]',
      'chain[1].stage: it stands inside another',
    ],
    [
      'mounts: { a: /a }\nreactions: [{ chain: [{ command: a }, { comand: b }] }]',
      'chain[1].comand: there is no such name; did you mean command?',
    ],
    [
      'mounts: { a: /a }\nreactions: [{ command: a }]\nrun: { command: b, env: { keys: true } }',
      'run.env: it needs a restart',
    ],
    [
      'mounts: { a: /a }\nreactions: [{ command: a }]\nrun: { command: b, stopSignal: TREM }',
      'run.stopSignal: there is no such signal; did you mean TERM?',
    ],
    ['mounts: { a: /a }\nreactions: [{ command: a }]\n---\na: b', 'F:4:1: a second document begins here'],
    ['', 'F:1:1: it says nothing'],
    ['mounts: { a: /a }\n\treactions: [', 'F:2:1: TAB_AS_INDENT'],
    ['mounts: &a { a: *b }', 'F:1:17: UNKNOWN_ALIAS'],
  ])('%j', async (text, message) => {
    expect((await told(text)).join('\n')).toContain(message)
  })
  it('is told when it is not there', async () => {
    const { code, err } = await finish(['sidecar', '--config', '/nowhere.yaml'])
    expect(code).toBe(2)
    expect(err).toMatch(/^hotmount: --config: \/nowhere.yaml cannot be read \(ENOENT\)\n {2}→ /)
  })
  it('tells what is wrong in the flags beside it by flag, and in the file by place', async () => {
    const file = await written('mounts: { a: /a }\nreactions: [{ command: a }]\n')
    const { err } = await finish(['sidecar', '--config', file, '--poll', '0s'])
    expect(err).toContain('--poll: no time between two looks')
  })
})

describe('a file', () => {
  it('may be JSON', async () => {
    const text = '{"$schema": "x", "mounts": {"a": "/a"}, "reactions": [{"command": ["x", "y z"]}]}'
    expect((await planned(text, 'hotmount.json')).reactions[0]?.action.deed).toEqual({
      kind: 'command',
      argv: ['x', 'y z'],
    })
  })
  it('routes keys to reactions: one mount by its own names, several by NAME/KEY', async () => {
    const { reactions } = await planned(`
mounts: { web: /web, tls: /tls }
reactions:
  - { on: web/*.conf, command: a }
  - { on: [tls/tls.crt, tls/tls.key], command: b }
  - { on: ['*/app.yaml'], command: c }
  - command: d
`)
    expect(reactions.map(({ mounts, action }) => [mounts, action.on])).toEqual([
      [['web'], [/^[^/]*\.conf$/]],
      [['tls'], ['tls.crt', 'tls.key']],
      [['web', 'tls'], [/^[^/]*\/app\.yaml$/]],
      [['web', 'tls'], undefined],
    ])
  })
  it('is beaten by a variable, and that by a flag', async () => {
    const file = await written('mounts: { a: /a }\nreactions: [{ command: x, timeout: 1s }]\nlisten: 1\n')
    const planWith = async (argv: readonly string[], env: Record<string, string>): Promise<Plan> =>
      (await actingPlan(actingArgs(argv, sitting, { HOTMOUNT_CONFIG: file, ...env }), sitting)).plan
    const seen = async (argv: readonly string[], env: Record<string, string>): Promise<unknown> => {
      const { listen, reactions } = await planWith(argv, env)
      return [listen?.address, reactions[0]?.timeoutMs]
    }
    expect(await seen([], {})).toEqual(['1', 1000])
    expect(await seen([], { HOTMOUNT_LISTEN: '2', HOTMOUNT_TIMEOUT: '2s' })).toEqual(['2', 2000])
    expect(await seen(['--listen', '3'], { HOTMOUNT_LISTEN: '2', HOTMOUNT_TIMEOUT: '2s' })).toEqual([
      '3',
      2000,
    ])
    const replaced = await planWith(['--mount', '/b', '--webhook', 'http://x/'], {})
    expect(replaced.mounts).toMatchObject([{ name: 'b' }])
    expect(replaced.reactions).toMatchObject([{ action: { deed: { kind: 'webhook' } }, timeoutMs: 30_000 }])
  })
})
