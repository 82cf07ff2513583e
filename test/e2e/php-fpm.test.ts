import { join } from 'node:path'
import { phpFpm } from '@hotmount/adapters/php-fpm'
import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Roster } from '../../packages/adapters/src/process/roster.js'
import { startNginx } from '../adapters/servers/nginx-process.js'
import { installed } from '../support/servers.js'
import { losesNothing, survivesItsDeath, takesAndRefuses } from './scenario.js'
import { type SlowClient, survivesAStorm } from './storm.js'
import { type Place, start, type Subject } from './subject.js'

const config = (version: string, { work }: Place, more = ''): string => `
[global]
error_log = ${work}/error.log
daemonize = no
${more}
[www]
listen = ${work}/fpm.sock
pm = static
pm.max_children = 2
user = root
clear_env = yes
env[VERSION] = ${version}
`

/** nginx passes every request to the one script, with the environment of the pool. */
const front = async ({ port, work }: Place): Promise<void> => {
  writeFileSync(
    join(work, 'index.php'),
    "<?php if (isset($_GET['slow'])) usleep(500000); echo getenv('VERSION');",
  )
  await startNginx(
    port,
    `server { listen 127.0.0.1:${port}; location / {
      fastcgi_pass unix:${work}/fpm.sock;
      fastcgi_param SCRIPT_FILENAME ${work}/index.php;
      fastcgi_param REQUEST_METHOD GET;
      fastcgi_param QUERY_STRING $query_string; } }`,
  )
}

/** A page that takes a while: php-fpm lets it finish, and everybody else wait. */
const slowPage: SlowClient = async (port) => {
  const response = await fetch(`http://127.0.0.1:${port}/?slow`, { headers: { connection: 'close' } })
  await response.text()
  return String(response.status)
}

const patient = (version: string, place: Place): string =>
  config(version, place, 'process_control_timeout = 10s')
const subject: Subject = {
  good: (version, place) => ({ 'fpm.conf': patient(version, place) }),
  broken: (place) => ({ 'fpm.conf': patient('x', place).replace('pm = static', 'pm = lissten') }),
  command: ({ mount }) => [installed('php-fpm8.2') ?? 'php-fpm', '-F', '-R', '-y', join(mount, 'fpm.conf')],
  reaction: (place, process) => phpFpm({ process, command: subject.command(place) }),
  prepare: front,
}

const missing = ['php-fpm8.2', 'nginx'].filter((name) => installed(name) === undefined)

describe.skipIf(missing.length > 0)('php-fpm [needs php-fpm8.2, nginx]', () => {
  takesAndRefuses(subject, {
    evidence: /^2 new workers; requests under way had 10 s \(process_control_timeout\)$/,
    refusal: /unable to parse value for entry 'pm': invalid process manager/,
  })
  survivesItsDeath(subject, /got the signal, but it has exited$/)
  losesNothing(subject)
  survivesAStorm(subject, { swaps: 100, durationMs: 5000, workers: 2, maxDraining: 4, slow: slowPage })

  it('is told by its master when it has no workers', async () => {
    const idle: Subject = {
      ...subject,
      // It has a worker once it was asked, so that one is to be given up soon.
      good: (version, place) => ({
        'fpm.conf': `${patient(version, place).replace('= static', '= ondemand')}pm.process_idle_timeout = 1s\n`,
      }),
    }
    const server = await start(idle)
    const { pid = 0 } = server.supervisor
    await expect.poll(() => new Roster().of(pid), { timeout: 10_000 }).toEqual([])
    expect(await server.swap(idle.good('v2', server.place))).toMatchObject({
      outcome: 'applied',
      evidence: expect.stringMatching(/^it has executed itself again and has no workers yet; /),
    })
  })

  it('says that requests were cut when process_control_timeout is not set', async () => {
    const hasty: Subject = {
      ...subject,
      good: (version, place) => ({ 'fpm.conf': config(version, place) }),
    }
    const server = await start(hasty)
    expect(await server.swap(hasty.good('v2', server.place))).toMatchObject({
      outcome: 'applied',
      evidence: '2 new workers; requests under way were cut: process_control_timeout is not set',
    })
  })
})
