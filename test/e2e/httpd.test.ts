import { join } from 'node:path'
import { httpd } from '@hotmount/adapters/httpd'
import { describe, expect, it } from 'vitest'
import { changeOf, contextOf } from '../adapters/process/changes.js'
import { describeWith, installed } from '../support/servers.js'
import { losesNothing, survivesItsDeath, takesAndRefuses } from './scenario.js'
import { survivesAStorm } from './storm.js'
import { type Place, start, type Subject } from './subject.js'

const modules = ['mpm_event', 'authz_core', 'status', 'alias']
const config = (version: string, { port, mount, work }: Place, more = ''): string => `
ServerRoot ${work}
ServerName localhost
PidFile ${work}/pid
ErrorLog ${work}/error.log
Listen 127.0.0.1:${port}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
User www-data
StartServers 2
ServerLimit 16
ThreadsPerChild 25
MaxRequestWorkers 50
DocumentRoot ${mount}
ErrorDocument 404 "${version}"
<Location /server-status>
  SetHandler server-status
</Location>
${more}
`

const subject: Subject = {
  good: (version, place) => ({ 'httpd.conf': config(version, place) }),
  broken: (place) => ({ 'httpd.conf': config('x', place, 'Lissten 80') }),
  command: ({ mount }) => [
    installed('apache2') ?? 'apache2',
    '-DFOREGROUND',
    '-f',
    join(mount, 'httpd.conf'),
  ],
  answer: async ({ port }) => {
    const response = await fetch(`http://127.0.0.1:${port}/version`, {
      headers: { connection: 'close' },
    }).catch(() => undefined)
    return (await response?.text()) ?? ''
  },
  reaction: (place, process) =>
    httpd({
      process,
      command: subject.command(place),
      statusUrl: `http://127.0.0.1:${place.port}/server-status`,
    }),
}
const byWorkers: Subject = {
  ...subject,
  reaction: (place, process) => httpd({ process, command: subject.command(place) }),
}

describeWith('apache2', 'Apache httpd', () => {
  takesAndRefuses(subject, {
    evidence: /^config generation \d+ became \d+; \d new workers?/,
    refusal: /AH00526: Syntax error on line \d+ of \S+httpd\.conf:\s+Invalid command 'Lissten'/,
  })
  describe('without its status page', () => {
    takesAndRefuses(byWorkers, { evidence: /^\d new workers?/, refusal: /AH00526/ })
  })
  survivesItsDeath(subject, /got the signal, but it has exited$/)
  losesNothing({ ...subject, loadPath: '/server-status' })
  survivesAStorm(
    { ...subject, loadPath: '/server-status' },
    { swaps: 100, durationMs: 5000, workers: 2, maxDraining: 4 },
  )

  it('is not signalled when its status page cannot be asked', async () => {
    const server = await start(subject)
    const change = changeOf({ a: '1' }, { a: '2' })
    const blind = httpd({
      process: server.supervisor,
      statusUrl: `http://127.0.0.1:${server.place.port}/none`,
    })
    await expect(blind.apply(change, contextOf(change))).rejects.toMatchObject({
      code: 'APPLY_FAILED',
      message: expect.stringMatching(/^GET \S+\/none: status 404, and no generation on the page/),
    })
  })
})
