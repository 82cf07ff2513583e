import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunicorn } from '@hotmount/adapters/gunicorn'
import { expect, it, vi } from 'vitest'
import { describeWith, installed } from '../support/servers.js'
import { losesNothing, survivesItsDeath, takesAndRefuses } from './scenario.js'
import { survivesAStorm } from './storm.js'
import { type Place, start, type Subject } from './subject.js'

const app = `
import os, time
def app(environ, start):
    if environ['PATH_INFO'] == '/slow':
        open(os.environ['STARTED'], 'w').close()
        while not os.path.exists(os.environ['GO_ON']): time.sleep(0.02)
    start('200 OK', [])
    return [os.environ['VERSION'].encode()]
`
const config = (version: string, { port, mount, work }: Place, more = ''): string => `
bind = '127.0.0.1:${port}'
workers = 2
chdir = '${mount}'
errorlog = '${work}/error.log'
pidfile = '${work}/pid'
raw_env = ['VERSION=${version}', 'STARTED=${work}/started', 'GO_ON=${work}/go-on']
${more}
`

const subject: Subject = {
  good: (version, place) => ({ 'conf.py': config(version, place), 'app.py': app }),
  broken: (place) => ({ 'conf.py': config('x', place), 'app.py': 'def app(:\n' }),
  command: ({ mount }) => [installed('gunicorn') ?? 'gunicorn', '-c', join(mount, 'conf.py'), 'app:app'],
  reaction: (place, process) => gunicorn({ process, command: subject.command(place) }),
}

/** With threads, so that slow clients leave room for others. */
const threaded: Subject = {
  ...subject,
  good: (version, place) => ({
    'conf.py': config(version, place, "worker_class = 'gthread'\nthreads = 16"),
    'app.py': app,
  }),
}

describeWith('gunicorn', 'gunicorn', () => {
  takesAndRefuses(subject, {
    evidence: /^2 new workers.*; preload_app not seen in its command line or config file$/,
    refusal: /SyntaxError/,
  })
  survivesItsDeath(subject, /got the signal, but it has exited$/)
  losesNothing(subject)
  survivesAStorm(threaded, { swaps: 100, durationMs: 5000, workers: 2, maxDraining: 4, reloads: 1 })

  it('counts an old worker that finishes a slow request as draining, over more than one reload', async () => {
    const server = await start(subject)
    const { port, work } = server.place
    const slow = fetch(`http://127.0.0.1:${port}/slow`)
    await vi.waitFor(() => expect(existsSync(join(work, 'started'))).toBe(true))
    for (const version of ['v2', 'v3']) {
      expect(await server.swap(subject.good(version, server.place))).toMatchObject({
        outcome: 'applied',
        evidence: expect.stringMatching(/^2 new workers, 1 old still draining; /),
      })
      expect(await server.answer()).toBe(version)
    }
    writeFileSync(join(work, 'go-on'), '')
    await expect(slow.then((response) => response.text())).resolves.toBe('v1')
  })

  it('says with preload_app that the application is the old one', async () => {
    const preloading: Subject = {
      ...subject,
      good: (version, place) => ({
        'conf.py': config(version, place, 'preload_app = True'),
        'app.py': app.replace("os.environ['VERSION']", `'${version}'`),
      }),
    }
    const server = await start(preloading)
    expect(await server.swap(preloading.good('v2', server.place))).toMatchObject({
      outcome: 'applied',
      evidence: expect.stringContaining('the settings are new and the application is the old one'),
    })
    expect(await server.answer()).toBe('v1')
  })
})
