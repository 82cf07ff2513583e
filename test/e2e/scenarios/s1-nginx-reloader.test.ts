import { describe, expect, it, vi } from 'vitest'
import { volume } from '../../adapters/cli/support.js'
import { answering, ask } from '../../adapters/servers/nginx-process.js'
import { freePort } from '../../support/free-port.js'
import { installed } from '../../support/servers.js'
import { mayUnshare, startPod } from '../namespace.js'
import { startPodNginx } from './pod-nginx.js'
import { logs, startSidecar } from './stage.js'

describe.skipIf(!mayUnshare || installed('nginx') === undefined)(
  'S1: the nginx-reloader sidecar, by its environment [needs nginx] [needs namespaces]',
  () => {
    it('moves nginx to another port: the new one answers, and the old one refuses', async () => {
      const [before, after] = [await freePort(), await freePort()]
      const conf = await volume({ 'default.conf': answering(before, 'hello') })
      const pod = await startPod()
      const nginx = await startPodNginx(pod, conf.path, before)
      const sidecar = startSidecar(pod, { WATCH_NGINX_CONF_PATH: conf.path })
      // What changed while this container was away would be lost: so it reloads once at its start.
      await logs(sidecar, '"msg":"config applied"')
      expect(sidecar.err().split('\n')[0]).toMatch(/"mode":"nginx-reloader".*"msg":"drop-in mode"/)

      await conf.swap({ 'default.conf': answering(after, 'hello') })
      await logs(sidecar, '"msg":"config applied"', 2)
      expect([await ask(after), await ask(before)]).toEqual(['hello', 'ECONNREFUSED'])

      // The original logs nothing of this, and takes it for done.
      await conf.swap({ 'default.conf': 'server { lissten hunter2000; }' })
      await logs(sidecar, '"code":"VERIFY_FAILED"')
      expect(await ask(after)).toBe('hello')
      await conf.swap({ 'default.conf': answering(before, 'again') })
      await logs(sidecar, '"msg":"config applied"', 3)
      expect(await ask(before)).toBe('again')
      expect(nginx.child.exitCode).toBeNull()
      expect(sidecar.err()).not.toContain('hunter2000')
    }, 90_000)

    it('refuses a bad config beforehand where it has a check', async () => {
      const port = await freePort()
      const conf = await volume({ 'default.conf': answering(port, 'hello') })
      const pod = await startPod()
      const nginx = await startPodNginx(pod, conf.path, port)
      const sidecar = startSidecar(pod, { WATCH_NGINX_CONF_PATH: conf.path }, [
        'nginx-reloader',
        '--check',
        nginx.check,
      ])
      await logs(sidecar, '"msg":"config applied"')
      await conf.swap({ 'default.conf': 'server { lissten 1; }' })
      await logs(sidecar, '"msg":"config rejected"')
      await vi.waitFor(async () => expect(await ask(port)).toBe('hello'))
    }, 60_000)
  },
)
