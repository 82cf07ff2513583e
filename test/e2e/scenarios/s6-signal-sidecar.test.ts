import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { finish, volume } from '../../adapters/cli/support.js'
import { scratch } from '../../adapters/process/children.js'
import { answering, ask } from '../../adapters/servers/nginx-process.js'
import { freePort } from '../../support/free-port.js'
import { installed } from '../../support/servers.js'
import { mayUnshare, startPod } from '../namespace.js'
import { startPodNginx } from './pod-nginx.js'
import { logs, startSidecar } from './stage.js'

const needs = (server: string): boolean => !mayUnshare || installed(server) === undefined

const haproxyConfig = (port: number, text: string): string => `
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
frontend f
  bind 127.0.0.1:${port}
  http-request return status 200 content-type text/plain string ${text}
`
const gunicornConfig = (port: number, directory: string, text: string): string => `
bind = '127.0.0.1:${port}'
workers = 2
chdir = '${directory}'
raw_env = ['TEXT=${text}']
`
const application = `
import os
def app(environ, start):
    start('200 OK', [])
    return [os.environ['TEXT'].encode()]
`

describe('S6: the signal sidecar, by its environment', () => {
  describe.skipIf(needs('nginx'))('with nginx [needs nginx] [needs namespaces]', () => {
    it('HUP: has it reload its config', async () => {
      const port = await freePort()
      const conf = await volume({ 'default.conf': answering(port, 'one') })
      const pod = await startPod()
      await startPodNginx(pod, conf.path, port)
      const FILE = join(conf.path, 'default.conf')
      const sidecar = startSidecar(pod, { FILE, PROCESS: 'nginx', SIGNAL: 'HUP' })
      await logs(sidecar, '"msg":"watching"')
      for (const [count, text] of ['two', 'three', 'four'].entries()) {
        await conf.swap({ 'default.conf': answering(port, text) })
        await logs(sidecar, '"msg":"config applied"', count + 1)
        expect(await ask(port)).toBe(text)
      }
      // A file that is deleted is no config: nothing is sent.
      await conf.swap({ other: 'x' })
      await logs(sidecar, '"msg":"config rejected"')
      await conf.swap({ 'default.conf': answering(port, 'five') })
      await logs(sidecar, '"msg":"config applied"', 4)
      expect(sidecar.err().split('"msg":"config applied"')).toHaveLength(5)
    }, 60_000)

    it('USR1: has it open its logs anew', async () => {
      const port = await freePort()
      const conf = await volume({ 'default.conf': answering(port, 'one') })
      const pod = await startPod()
      const { work } = await startPodNginx(pod, conf.path, port)
      // Not there yet: a rotation writes it when it has moved the logs away.
      const FILE = join(work, 'rotated')
      const sidecar = startSidecar(pod, { FILE, PROCESS: 'nginx', SIGNAL: 'USR1' })
      await logs(sidecar, '"msg":"waiting for the mount"')
      writeFileSync(FILE, 'never')
      await logs(sidecar, '"msg":"watching"')
      renameSync(join(work, 'access.log'), join(work, 'access.log.1'))
      writeFileSync(FILE, 'now')
      await logs(sidecar, '"msg":"config applied"')
      await vi.waitFor(() => expect(existsSync(join(work, 'access.log'))).toBe(true))
    }, 60_000)

    it('QUIT: has it stop', async () => {
      const port = await freePort()
      const conf = await volume({ 'default.conf': answering(port, 'one'), stop: 'no' })
      const pod = await startPod()
      await startPodNginx(pod, conf.path, port)
      const FILE = join(conf.path, 'stop')
      const sidecar = startSidecar(pod, { FILE, PROCESS: 'nginx', SIGNAL: 'QUIT' })
      await logs(sidecar, '"msg":"watching"')
      await conf.patch({ 'default.conf': answering(port, 'two') })
      await conf.patch({ stop: 'yes' })
      await logs(sidecar, 'has ended')
      expect(await ask(port)).toBe('ECONNREFUSED')
      expect(sidecar.err().split('"msg":"config applied"')).toHaveLength(2)
    }, 60_000)
  })

  it.skipIf(needs('haproxy'))(
    'with HAProxy, HUP: a new worker has the new config [needs haproxy] [needs namespaces]',
    async () => {
      const port = await freePort()
      const conf = await volume({ 'haproxy.cfg': haproxyConfig(port, 'one') })
      const pod = await startPod()
      const FILE = join(conf.path, 'haproxy.cfg')
      pod.run([installed('haproxy') ?? '', '-W', '-db', '-q', '-f', FILE])
      await vi.waitFor(async () => expect(await ask(port)).toBe('one'), 10_000)
      const sidecar = startSidecar(pod, { FILE, PROCESS: 'haproxy', SIGNAL: 'HUP' })
      await logs(sidecar, '"msg":"watching"')
      await conf.swap({ 'haproxy.cfg': haproxyConfig(port, 'two') })
      await logs(sidecar, '"msg":"config applied"')
      expect(sidecar.err()).toContain('1 new worker')
      expect(await ask(port)).toBe('two')
    },
    60_000,
  )

  it.skipIf(needs('gunicorn'))(
    'with gunicorn, HUP and QUIT: all workers are new, then none is left [needs gunicorn] [needs namespaces]',
    async () => {
      const port = await freePort()
      const files = async (text: string) => ({
        'conf.py': gunicornConfig(port, place.path, text),
        'app.py': application,
      })
      const place = await volume({ stop: 'no' })
      await place.patch(await files('one'))
      const pod = await startPod()
      const FILE = join(place.path, 'conf.py')
      pod.run([installed('gunicorn') ?? '', '-c', FILE, 'app:app'])
      await vi.waitFor(async () => expect(await ask(port)).toBe('one'), 10_000)
      const [hup, quit] = [
        startSidecar(pod, { FILE, PROCESS: 'gunicorn', SIGNAL: 'HUP' }),
        startSidecar(pod, { FILE: join(place.path, 'stop'), PROCESS: 'gunicorn', SIGNAL: 'QUIT' }),
      ]
      await Promise.all([logs(hup, '"msg":"watching"'), logs(quit, '"msg":"watching"')])
      await place.patch(await files('two'))
      await logs(hup, '"msg":"config applied"')
      expect(hup.err()).toContain('2 new workers')
      expect(await ask(port)).toBe('two')
      await place.patch({ stop: 'yes' })
      await logs(quit, 'has ended')
      expect(await ask(port)).toBe('ECONNREFUSED')
    },
    60_000,
  )

  it.skipIf(!mayUnshare)(
    'waits for a process that is not there yet [needs namespaces]',
    async () => {
      const file = join(scratch(), 'app.conf')
      writeFileSync(file, '1')
      const pod = await startPod()
      const sidecar = startSidecar(pod, { FILE: file, PROCESS: 'hm-app', SIGNAL: 'HUP' })
      await logs(sidecar, '"msg":"watching"')
      writeFileSync(file, '2')
      await logs(sidecar, '"code":"TARGET_NOT_FOUND"')
      const app = pod.run([
        'bash',
        '-c',
        'exec -a hm-app bash -c \'trap "echo HUP" HUP; echo ready; while :; do sleep 0.1; done\'',
      ])
      await logs(sidecar, '"msg":"config applied"')
      expect(app.out()).toBe('ready\nHUP\n')
    },
    60_000,
  )

  it.each(['TERM', 'USR2', 'hup', 'SIGHUP', '1'])(
    'ends with 2 for the signal %s, which it does not support',
    async (SIGNAL) => {
      const { code, err } = await finish([], { env: { FILE: '/c', PROCESS: 'app', SIGNAL } })
      expect(code).toBe(2)
      expect(err).toContain('SIGNAL is none of those that are supported\n  → HUP to reload')
    },
  )
  it('ends with 2 when a variable is missing, and for words', async () => {
    const [missing, word] = await Promise.all([
      finish(['signal-sidecar'], { env: { FILE: '/c', SIGNAL: 'HUP' } }),
      finish(['signal-sidecar', 'nginx'], { env: {} }),
    ])
    expect([missing.code, word.code]).toEqual([2, 2])
    expect(missing.err).toContain('not set: PROCESS')
    expect(word.err).toContain('what is "nginx" for?')
  })
})
