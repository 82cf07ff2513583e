import { execFileSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { calledAs } from '../../../packages/adapters/src/dropins/called-as.js'
import { meaningOf } from '../../../packages/adapters/src/dropins/detect.js'
import { bin, finish, temporary } from '../cli/support.js'

const nginx = { WATCH_NGINX_CONF_PATH: '/etc/nginx/conf.d' }
const contract = { FILE: '/etc/app/app.conf', PROCESS: 'app', SIGNAL: 'HUP' }

describe('what a command line without a command means', () => {
  it.each<[words: string, env: Readonly<Record<string, string>>, mode: string | undefined]>([
    ['--volume-dir=/c --webhook-url=http://a', {}, 'configmap-reload'],
    ['-volume-dir /c', {}, 'configmap-reload'],
    ['-webhook-url=http://a', nginx, 'configmap-reload'],
    ['--web.listen-address :9533', {}, 'configmap-reload'],
    ['--config-file=/c', {}, 'prometheus-config-reloader'],
    ['--watched-dir /c', contract, 'prometheus-config-reloader'],
    ['--reload-url=http://a', {}, 'prometheus-config-reloader'],
    ['--listen-address=:8080', {}, 'prometheus-config-reloader'],
    ['--watch-interval=0', {}, 'prometheus-config-reloader'],
    ['-config-file=/c', {}, undefined],
    ['--help', nginx, undefined],
    ['--version', contract, undefined],
    ['-h', {}, undefined],
    ['watch --volume-dir', {}, undefined],
    ['--mount /c', contract, undefined],
    ['--toString', {}, undefined],
    ['-- --volume-dir', {}, undefined],
    ['', nginx, 'nginx-reloader'],
    ['', contract, 'signal-sidecar'],
    ['', { FILE: '/c', PROCESS: 'app' }, undefined],
    ['', { ...contract, SIGNAL: '' }, undefined],
    ['', { WATCH_NGINX_CONF_PATH: '' }, undefined],
    ['', {}, undefined],
    ['watch', contract, undefined],
  ])('%s %j: %s', (words, env, mode) => {
    const argv = words.split(' ').filter(Boolean)
    const meaning = meaningOf(argv, env)
    expect([meaning?.mode, meaning?.words ?? argv]).toEqual([mode, argv])
  })
  it('is refused when the environment fits several', () => {
    expect(() => meaningOf([], { ...nginx, ...contract })).toThrow(
      /^no command is named, and the environment fits several$/,
    )
  })
  it('quotes neither a value of a flag nor of a variable', () => {
    const told = [
      meaningOf(['--webhook-url=http://me:swordfish@a'], {}),
      meaningOf([], { ...contract, FILE: '/swordfish' }),
    ].map((each) => `${each?.because} ${each?.explicit}`)
    expect(told).toEqual([
      'the first word is --webhook-url hotmount configmap-reload --webhook-url …',
      'there are no words, and FILE, PROCESS, SIGNAL are set hotmount signal-sidecar',
    ])
  })
  it('quotes no value of a flag that is mistyped', async () => {
    const { code, err } = await finish(['--webhook-urll=http://me:swordfish@a'])
    expect(code).toBe(2)
    expect(err).toMatch(/^hotmount: there is no command "--webhook-urll"\n/)
  })
  it('is told by the name of a link', () => {
    expect(calledAs('/bin/prometheus-config-reloader', ['--help'])).toEqual([
      'prometheus-config-reloader',
      '--help',
    ])
    expect(calledAs('/configmap-reload', [])).toEqual(['configmap-reload'])
    expect(calledAs('/usr/bin/hotmount', ['watch'])).toEqual(['watch'])
    expect(calledAs(undefined, [])).toEqual([])
  })
})

describe('the built command', () => {
  it.each([
    ['prometheus-config-reloader', '--version', /^prometheus-config-reloader, hotmount /],
    ['configmap-reload', '--help', /^hotmount configmap-reload: /],
    ['hotmount', '--help', /^hotmount: /],
  ])('called %s', async (name, word, says) => {
    const link = join(await temporary(), name)
    symlinkSync(bin, link)
    expect(execFileSync(process.execPath, [link, word], { encoding: 'utf8' })).toMatch(says)
  })
})

describe('the first line of the log', () => {
  it.each<[words: string[], env: Readonly<Record<string, string>>, line: string]>([
    [
      ['--volume-dir=/none', '--webhook-url=http://a', '--web.listen-address=127.0.0.1:0'],
      {},
      'configmap-reload',
    ],
    [['--log-format=json', '--config-file=/none', '--watch-interval=0'], {}, 'prometheus-config-reloader'],
    [[], { ...contract, SIGNAL: 'TERM' }, 'signal-sidecar'],
  ])('says which mode it is: %j', async (words, env, mode) => {
    const { err } = await finish(words, { env })
    const [first = ''] = err.split('\n')
    expect(JSON.parse(first)).toMatchObject({
      msg: 'drop-in mode',
      mode,
      hint: expect.stringMatching(new RegExp(`^to say so: hotmount ${mode}`)) as string,
    })
  })
  it('is not written when the mode is named', async () => {
    const { err } = await finish([
      'configmap-reload',
      '-volume-dir=/none',
      '-webhook-url=http://a',
      '-web.listen-address=127.0.0.1:0',
    ])
    expect(err).not.toContain('drop-in mode')
  })
})
