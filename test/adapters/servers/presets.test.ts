import type { Reaction } from '@hotmount/core'
import {
  gunicorn,
  haproxy,
  httpd,
  nginx,
  phpFpm,
  prometheus,
  serverReload,
  uwsgi,
} from '@hotmount/adapters/servers'
import { processNamed } from '@hotmount/adapters/process'
import { describe, expect, it } from 'vitest'
import { programIn, valueOf } from '../../../packages/adapters/src/servers/program.js'
import { changeOf, contextOf } from '../process/changes.js'

const change = changeOf({ a: 'old' }, { a: 'new' })

describe('a server that ends of a bad config', () => {
  const command = ['x'] as const
  it.each([
    ['gunicorn', () => gunicorn({ command, check: false })],
    ['uwsgi', () => uwsgi({ command, check: false })],
    ['httpd', () => httpd({ check: false })],
    ['php-fpm', () => phpFpm({ check: false })],
  ])('%s is not reloaded without a check', (name, make) => {
    expect(make).toThrow(
      expect.objectContaining({
        code: 'BAD_OPTION',
        message: `${name} ends when the config it re-reads is bad, so it is not reloaded without a check`,
        hint: expect.stringContaining("check: ['true']"),
      }),
    )
  })
  it('is, when a command that always says yes is asked for', async () => {
    const reaction = httpd({ check: ['true'] })
    await expect(reaction.check?.(change.snapshot, contextOf(change))).resolves.toBeUndefined()
  })
  it.each<[string, Reaction]>([
    ['nginx', nginx({ check: false })],
    ['haproxy', haproxy({ check: false })],
    ['prometheus', prometheus({ check: false })],
    ['prometheus', prometheus({ check: false, url: 'http://127.0.0.1:9090' })],
  ])('is not %s, which keeps its old config', (name, reaction) => {
    expect(reaction.name).toBe(name)
    expect(reaction).not.toHaveProperty('check')
  })
})

describe('the check of a preset', () => {
  it.each<[string, () => Reaction]>([
    ['gunicorn', () => gunicorn({ command: ['./entry.sh', 'app:app'] })],
    ['haproxy', () => haproxy({ command: ['./entry.sh'] })],
    ['prometheus', () => prometheus({ command: ['./entry.sh'] })],
  ])('of %s needs its program in the command, or another check', (name, make) => {
    expect(make).toThrow(
      expect.objectContaining({
        code: 'BAD_OPTION',
        message: `${name}: none of the words of the command is ${name}`,
      }),
    )
  })
  it('says what to do when its program is not here', async () => {
    const reaction = prometheus({ check: ['hotmount-none'] })
    await expect(reaction.check?.(change.snapshot, contextOf(change))).rejects.toMatchObject({
      code: 'CHECK_FAILED',
      hint: expect.stringContaining('in a sidecar, ship the same version of it, or give another check'),
    })
  })
  it('refuses addresses that are none', () => {
    expect(() => httpd({ statusUrl: 'unix:/x' })).toThrow('statusUrl needs to begin with http')
    expect(() => prometheus({ url: '127.0.0.1:9090' })).toThrow('url needs to begin with http')
  })
})

describe('a server of one’s own', () => {
  it('is a record', async () => {
    const reaction = serverReload({
      name: 'mine',
      process: processNamed('hotmount-none'),
      signal: 'SIGHUP',
      check: ['false'],
    })
    await expect(reaction.check?.(change.snapshot, contextOf(change))).rejects.toMatchObject({
      code: 'CHECK_FAILED',
      reaction: 'mine',
    })
    await expect(reaction.apply(change, contextOf(change))).rejects.toMatchObject({
      code: 'TARGET_NOT_FOUND',
      reaction: 'mine',
    })
  })
})

describe('programIn', () => {
  const gunicornName = /^gunicorn$/
  it.each<[command: string, found: object | undefined]>([
    ['gunicorn -c x', { file: 'gunicorn', args: ['-c', 'x'], interpreter: [] }],
    ['/entry.sh /opt/bin/gunicorn app', { file: '/opt/bin/gunicorn', args: ['app'], interpreter: [] }],
    ['tini -- python3 -m gunicorn app', { file: 'gunicorn', args: ['app'], interpreter: ['python3', '-m'] }],
    ['sh -c gunicorn-exporter', undefined],
  ])('%s', (command, found) => {
    expect(programIn(command.split(' '), gunicornName)).toEqual(found)
  })
})

describe('valueOf', () => {
  it.each([
    ['-c a', 'a'],
    ['-ca', 'a'],
    ['--config=a', 'a'],
    ['--config a -c b', 'b'],
    ['--configs=a', undefined],
    ['-c', undefined],
  ])('%s: %s', (args, value) => {
    expect(valueOf(args.split(' '), '-c', '--config')).toBe(value)
  })
})
