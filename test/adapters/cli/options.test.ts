import { describe, expect, it } from 'vitest'
import { readArgs } from '../../../packages/adapters/src/cli/args.js'
import { mountFlags, watchOptionsOf } from '../../../packages/adapters/src/cli/mount-flags.js'
import { runOptions } from '../../../packages/adapters/src/cli/run-options.js'

const watching = (flags: string, keys?: readonly string[]): unknown =>
  watchOptionsOf(readArgs(flags.split(' '), mountFlags), keys)

const running = (flags: string, program = 'app'): unknown =>
  runOptions([...flags.split(' '), '--', program, '--port', '80'])

describe('flags about watching', () => {
  it.each([
    ['--settle 200ms', { settle: 200 }],
    ['--poll 2s', { polling: 2000 }],
    ['--resync 1m', { resync: 60_000 }],
    ['--resync off', { resync: false }],
    ['--wait=1.5s', { wait: 1500 }],
    ['--accept-empty', { emptied: 'accept' }],
  ])('%s', (flags, options) => {
    expect(watching(flags)).toEqual(options)
  })
  it('take a star for anything but a slash, and nothing else for a pattern', () => {
    expect(watching('--wait 1s', ['a.conf', '*.conf', 'x+/*'])).toEqual({
      wait: 1000,
      keys: ['a.conf', /^[^/]*\.conf$/, /^x\+\/[^/]*$/],
    })
  })
})

describe('flags of run', () => {
  it.each([
    ['300ms', 150],
    ['2500ms', 1250],
  ])('give the URL what --timeout %s leaves: %i ms', async (timeout, within) => {
    const options = runOptions([
      ...`--mount /x --restart --timeout ${timeout} --verify-url http://127.0.0.1:9/x`.split(' '),
      '--',
      'app',
    ])
    await expect(options.verify?.run(new AbortController().signal)).rejects.toMatchObject({
      message: `GET http://127.0.0.1:9/x did not hold within ${within} ms: ECONNREFUSED`,
    })
  })
  it('become options, with times in milliseconds', () => {
    const flags =
      '--mount /x --signal usr1 --check true --timeout 3s --cooldown 1m --splay 2s --grace 1s --stop-signal SIGINT --restart-policy always'
    expect(running(flags)).toMatchObject({
      child: ['app', '--port', '80'],
      action: { kind: 'signal', name: 'SIGUSR1' },
      check: ['true'],
      timeoutMs: 3000,
      cooldownMs: 60_000,
      splayMs: 2000,
      graceMs: 1000,
      stopSignal: 'SIGINT',
      restartPolicy: 'always',
    })
  })
  it('have defaults', () => {
    expect(running('--mount /x --server nginx', 'nginx')).toMatchObject({
      action: { kind: 'server', name: 'nginx' },
      check: undefined,
      verify: undefined,
      env: undefined,
      timeoutMs: 30_000,
      stopSignal: 'SIGQUIT',
      restartPolicy: 'never',
    })
    expect(running('--mount /x --restart')).toMatchObject({ stopSignal: 'SIGTERM' })
    expect(running('--mount /x --server nginx --no-check')).toMatchObject({ check: false })
  })
  it.each([
    ['nginx', 'SIGQUIT'],
    ['gunicorn', 'SIGTERM'],
    ['haproxy', 'SIGUSR1'],
    ['httpd', 'SIGWINCH'],
    ['php-fpm', 'SIGQUIT'],
    ['uwsgi', 'SIGINT'],
    ['prometheus', 'SIGTERM'],
  ])('take the stop signal of %s', (name, stopSignal) => {
    const options = runOptions(['--mount', '/x', '--server', name, '--', '/entry.sh', name, '-x'])
    expect(options).toMatchObject({ action: { kind: 'server', name }, stopSignal, check: undefined })
  })
  it('never show credentials of a URL', () => {
    expect(
      running('--mount /x --restart --verify-url http://me:hunter2@localhost/ok?token=hunter2'),
    ).toMatchObject({
      verify: { describe: 'GET http://localhost/ok' },
    })
  })
})
