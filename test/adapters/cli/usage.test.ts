import { describe, expect, it } from 'vitest'
import { finish } from './support.js'

const run = (flags: string): string[] => ['run', ...flags.split(' ').filter((word) => word !== '')]

describe('a wrong command line', () => {
  it.each<[string[], string]>([
    [[], 'no command is named'],
    [['insepct'], 'there is no command "insepct"; did you mean inspect?'],
    [['toString'], 'there is no command "toString"'],
    [['help', 'wach'], 'there is no command "wach"; did you mean watch?'],
    [run('-- app'), '--mount is missing'],
    [run('--mount /x -- app'), 'what is to be done on a change?'],
    [run('--mount /x --signal HUP'), 'no command to run follows --'],
    [run('--mount /x --signal HUP --'), 'no command to run follows --'],
    [run('--mount /x --server nginx nginx -g x'), 'put -- before the command: -- nginx …'],
    [run('--mout /x --signal HUP -- app'), 'there is no flag --mout; did you mean --mount?'],
    [run('--mount /x -x -- app'), 'there is no flag -x'],
    [run('--mount /x --signal HUP --pid-file /p -- app'), '--pid-file is a flag of hotmount sidecar'],
    [
      ['run', '--mount', '/x', '--restart', '--check', 'a && b', '--', 'app'],
      '--check: the && at character 3 is for a shell, and none runs',
    ],
    [run('--mount --signal HUP -- app'), '--mount needs a value: --mount DIR'],
    [run('--mount= --signal HUP -- app'), '--mount needs a value: --mount DIR'],
    [run('--mount /x --restart=now -- app'), '--restart takes no value'],
    [run('--mount /x --signal HUP --signal USR1 -- app'), '--signal is given twice'],
    [run('--mount /x --signal HUP --restart -- app'), '--signal and --restart are two things'],
    [run('--mount /x --signal HPU -- app'), 'there is no signal "HPU"; did you mean HUP?'],
    [run('--mount /x --signal kill -- app'), 'no process can catch SIGKILL'],
    [run('--mount /x --server ngnix -- app'), 'there is no preset "ngnix"; did you mean nginx?'],
    [run('--mount /x --server gunicorn --no-check -- gunicorn a:a'), '--no-check: gunicorn ends when'],
    [run('--mount /x --server gunicorn -- ./start.sh'), 'none of the words of the command is gunicorn'],
    [run('--mount /x --signal HUP --timeout 5 -- app'), '--timeout: "5" is not a length of time'],
    [run('--mount /x --signal HUP --timeout 0s -- app'), '--timeout: no time at all'],
    [run('--mount /x --signal HUP --settle soon -- app'), '--settle: "soon" is not a length of time'],
    [run(`--mount /x --signal HUP --check 'x -- app`), "--check: the ' at character 1 is never closed"],
    [['run', '--mount', '/x', '--reload-command', ' ', '--', 'app'], 'there is no command in it'],
    [run('--mount /x --signal HUP --no-check -- app'), 'there is no check to leave out'],
    [run('--mount /x --server nginx --no-check --check x -- app'), 'exclude each other'],
    [run('--mount /x --signal HUP --dotenv k -- app'), '--dotenv needs --restart'],
    [run('--mount /x --restart --env-keys --dotenv k -- app'), 'exclude each other'],
    [run('--mount /x --mount /y --restart --env-keys -- app'), '--env-keys needs a single --mount'],
    [run('--mount /x --restart --restart-policy on-fail -- app'), 'did you mean on-failure?'],
    [run('--mount /x --restart --verify-url localhost:80 -- app'), '--verify-url: not a URL'],
    [run('--mount /a/x --mount /b/x --restart -- app'), '/a/x and /b/x are both called x'],
    [run('--mount /a --mount /b --keys a/k --restart -- app'), 'it names no key of the mount b'],
    [run('--mount /x --keys a,,b --restart -- app'), '--keys: a name in the list is empty'],
    [['watch'], 'no directory is named'],
    [['watch', '/a', '/b'], 'more than one directory is named'],
    [['watch', '/a', '--count', '0'], '--count: "0" is not a number of changes'],
    [['watch', '/a', '--cuont', '1'], 'did you mean --count?'],
    [['inspect', '--jsno', '/a'], 'did you mean --json?'],
  ])('%j', async (argv, message) => {
    const { code, out, err } = await finish(argv)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(`hotmount: `)
    expect(err.split('\n')[0]).toContain(message)
    const known = ['run', 'watch', 'inspect'].includes(argv[0] ?? '')
    expect(err).toContain(`See: hotmount ${known ? `${argv[0]} ` : ''}--help\n`)
  })
  it('tells the remedy', async () => {
    const flagFirst = await finish(['--config', 'hotmount.yaml'])
    expect(flagFirst.err).toContain(
      '→ a command comes first, as in: hotmount run --config FILE; there are: run,',
    )
    const shell = await finish(['run', '--mount', '/x', '--reload-command', 'a; b', '--', 'app'])
    expect(shell.err).toContain("→ begin with sh -c '…' where a shell is meant")
    const { err } = await finish(run('--mount /x --dotenv k --signal HUP -- app'))
    expect(err).toContain('→ the environment of a process is fixed when it starts\n')
    const url = await finish(run('--mount /x --restart --verify-url localhost:80 -- app'))
    expect(url.err).toContain('→ as in: --verify-url http://127.0.0.1:8080/healthz\n')
  })
})

describe('what follows --', () => {
  it('is not ours to judge', async () => {
    const { code, err } = await finish(run('--mount /nowhere/x --signal HUP -- app --help --mout -x'))
    expect(code).toBe(3)
    expect(err).toContain('MOUNT_MISSING')
  })
})
