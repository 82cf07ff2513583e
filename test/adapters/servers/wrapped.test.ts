import type { Reaction } from '@hotmount/core'
import { describe, expect, it } from 'vitest'
import { presets, type PresetName } from '../../../packages/adapters/src/servers/presets.js'
import { changeOf, contextOf } from '../process/changes.js'

const change = changeOf({ a: 'old' }, { a: 'new' })
type Words = readonly [string, ...string[]]
const reactionOf = (name: PresetName, command: string): Reaction =>
  presets[name].reaction(command.split(' ') as unknown as Words, { process: nobody })
const nobody = { describe: 'nobody', find: () => Promise.reject(new Error('not asked for')) }

/** The check as it is run: its program is not there, and the error names it. */
const checkOf = async (name: PresetName, command: string): Promise<string> => {
  const error: unknown = await Promise.resolve(
    reactionOf(name, command).check?.(change.snapshot, contextOf(change)),
  ).catch((thrown: unknown) => thrown)
  return error instanceof Error ? error.message : 'passed'
}

describe('the check of a wrapped server', () => {
  it.each<[PresetName, string, string]>([
    ['gunicorn', '/none/gunicorn -c x app:app', '/none/gunicorn'],
    ['gunicorn', '/none/python3 -m gunicorn app:app', '/none/python3'],
    ['haproxy', 'docker-entrypoint.sh /none/haproxy -W -db -f x', '/none/haproxy'],
    ['httpd', '/none/httpd-foreground', '/none/httpd'],
    ['php-fpm', 'docker-php-entrypoint /none/php-fpm -F', '/none/php-fpm'],
    ['uwsgi', '/none/uwsgi --ini x', '/none/uwsgi'],
  ])('%s: of "%s" runs %s', async (name, command, program) => {
    expect(await checkOf(name, command)).toBe(`the check of ${name} (${program}) was not found`)
  })
})

describe('what a wrapped server is asked', () => {
  it.each([
    ['prometheus --web.enable-lifecycle', 'http://127.0.0.1:9090/metrics'],
    [
      'prometheus --web.enable-lifecycle --web.listen-address=127.0.0.1:1 --web.external-url=https://x.org/p',
      'http://127.0.0.1:1/p/metrics',
    ],
    [
      'prometheus --web.enable-lifecycle --web.listen-address=[::1]:1 --web.route-prefix=/q/',
      'http://[::1]:1/q/metrics',
    ],
  ])('%s: %s', async (command, url) => {
    const reaction = reactionOf('prometheus', command.replace(':9090', ':1'))
    const signal = AbortSignal.timeout(2000)
    const error: unknown = await Promise.resolve(reaction.apply(change, contextOf(change, signal))).catch(
      (thrown: unknown) => thrown,
    )
    expect(String(error)).toContain(`GET ${url}`)
  })
  it('is the master socket of HAProxy, when it has a path', async () => {
    const found = { describe: 'me', find: async () => ({ pid: process.pid, startTime: 0 }) }
    const reaction = presets.haproxy.reaction(['haproxy', '-W', '-S', 'unix@/none/sock,level,admin'], {
      process: found,
    })
    await expect(Promise.resolve(reaction.apply(change, contextOf(change)))).rejects.toThrow(
      'the master socket /none/sock cannot be asked (ENOENT)',
    )
  })
})
