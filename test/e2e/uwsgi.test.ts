import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { uwsgi } from '@hotmount/adapters/uwsgi'
import { expect, it } from 'vitest'
import { changeOf, contextOf } from '../adapters/process/changes.js'
import { describeWith, installed } from '../support/servers.js'
import { losesNothing, survivesItsDeath, takesAndRefuses } from './scenario.js'
import { survivesAStorm } from './storm.js'
import { type Place, start, type Subject } from './subject.js'

const config = ({ port, mount, work }: Place, more = ''): string => `
[uwsgi]
plugin = python3
master = true
processes = 2
http-socket = 127.0.0.1:${port}
pythonpath = ${mount}
module = app
need-app = true
strict = true
disable-logging = true
pidfile = ${work}/pid
logto = ${work}/log
${more}
`
const app = (version: string): string => `
def application(environ, start):
    start('200 OK', [('Content-Type', 'text/plain')])
    return [b'${version}']
`

const subject: Subject = {
  good: (version, place) => ({ 'uwsgi.ini': config(place), 'app.py': app(version) }),
  broken: (place) => ({ 'uwsgi.ini': config(place, 'lissten = 1'), 'app.py': app('x') }),
  command: ({ mount }) => [installed('uwsgi') ?? 'uwsgi', '--ini', join(mount, 'uwsgi.ini')],
  reaction: (place, process) => uwsgi({ process, command: subject.command(place) }),
}

/** With threads, so that slow clients leave room for others. */
const threaded: Subject = {
  ...subject,
  good: (version, place) => ({ 'uwsgi.ini': config(place, 'threads = 16'), 'app.py': app(version) }),
}

describeWith('uwsgi', 'uWSGI', () => {
  takesAndRefuses(subject, {
    evidence: /^2 new workers$/,
    refusal: /\[strict-mode\] unknown config directive: lissten/,
  })
  survivesItsDeath(subject, /got the signal, but it has exited$/)
  losesNothing(subject)
  survivesAStorm(threaded, { swaps: 100, durationMs: 5000, workers: 2, maxDraining: 4 })

  it('keeps its pid file, although a mere check writes one', async () => {
    const server = await start(subject)
    const written = (): string => readFileSync(join(server.place.work, 'pid'), 'utf8').trim()
    expect(written()).toBe(String(server.supervisor.pid))
    const change = changeOf({ a: '1' }, { a: '2' })
    const reaction = subject.reaction(server.place, server.supervisor)
    await reaction.check?.(change.snapshot, contextOf(change))
    expect(written()).toBe(String(server.supervisor.pid))
  })
})
