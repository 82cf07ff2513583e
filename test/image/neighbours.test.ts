import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { freePort } from '../support/free-port.js'
import { answer, webServer } from '../support/web-server.js'
import type { Options } from './support/bundle.js'
import { describeImage, place, volume } from './support/image.js'
import { answerOf, nginxIn, site } from './support/nginx.js'

// Two containers of one pod: the same user, one process namespace, no capability.
describeImage('the image beside nginx [needs nginx]', 'hotmount', (built) => {
  const pods: readonly (readonly [
    what: string,
    options: (port: number) => Options,
    pages: Readonly<Record<string, RegExp>>,
  ])[] = [
    [
      'as a sidecar',
      (port) => ({
        args: [
          'sidecar',
          '--mount',
          '/etc/conf',
          '--server',
          'nginx',
          '--no-check',
          '--listen',
          String(port),
        ],
      }),
      { '/livez': /^ok/, '/readyz': /^ok/, '/metrics': /^hotmount_/m },
    ],
    ['as nginx-reloader', () => ({ env: { WATCH_NGINX_CONF_PATH: '/etc/conf' } }), {}],
    [
      'as a script with inotifywait',
      () => ({ env: { FILE: '/etc/conf/default.conf', PROCESS: 'nginx', SIGNAL: 'HUP' } }),
      {},
    ],
  ]
  it.each(pods)('%s, has it take a new config', async (_what, options, pages) => {
    const [port, own] = [await freePort(), await freePort()]
    const mount = await volume(site(port, 'one'))
    const { words, binds } = nginxIn(mount.path)
    const nginx = await built().start({ command: ['/usr/sbin/nginx', ...words.slice(1)], binds })
    await expect.poll(() => answerOf(port), { timeout: 20_000 }).toBe('one')
    const sidecar = await built().start({
      ...options(own),
      binds: [{ from: mount.path, to: '/etc/conf' }],
      sharedWith: nginx.pid,
    })
    await sidecar.printed(/"msg":"watching"/)
    await mount.swap(site(port, 'two'))
    await expect.poll(() => answerOf(port), { timeout: 20_000 }).toBe('two')
    for (const [page, text] of Object.entries(pages))
      await expect.poll(() => answerOf(own, page), { timeout: 20_000 }).toMatch(text)
    sidecar.kill('TERM')
    expect(await sidecar.exited).toBe(0)
    expect(await answerOf(port)).toBe('two')
  })
})

describeImage('the image in place of another', 'hotmount', (built) => {
  it.each<[what: string, command: Pick<Options, 'command'>]>([
    ['args only', {}],
    ['the path of the original', { command: ['/configmap-reload'] }],
  ])('takes the flags of configmap-reload: %s', async (_what, command) => {
    const target = await webServer([answer(200)])
    const mount = await volume({ a: '1' })
    const container = await built().start({
      ...command,
      args: [
        '--volume-dir=/etc/config',
        `--webhook-url=${target.url}/-/reload`,
        `--web.listen-address=127.0.0.1:${await freePort()}`,
      ],
      binds: [{ from: mount.path, to: '/etc/config' }],
    })
    await container.printed(/"msg":"watching"/)
    await mount.swap({ a: '2' })
    await expect.poll(() => target.heard.length, { timeout: 20_000 }).toBeGreaterThan(0)
    expect(target.heard[0]).toMatchObject({ method: 'POST', path: '/-/reload' })
    container.kill('TERM')
    expect(await container.exited).toBe(0)
  })
  it('writes the expanded file of prometheus-config-reloader once, as an init container', async () => {
    const mount = await volume({ 'prometheus.yml': 'replica: $(POD_NAME)\n' })
    const out = place()
    const [code, output] = await built().outcome({
      command: ['/bin/prometheus-config-reloader'],
      args: [
        '--watch-interval=0',
        '--config-file=/etc/config/prometheus.yml',
        '--config-envsubst-file=/etc/out/prometheus.env.yaml',
        `--reload-url=http://127.0.0.1:${await freePort()}/-/reload`,
      ],
      env: { POD_NAME: 'prometheus-0' },
      binds: [
        { from: mount.path, to: '/etc/config' },
        { from: out, to: '/etc/out', writable: true },
      ],
    })
    expect([code, existsSync(path.join(out, 'prometheus.env.yaml'))]).toEqual([0, true])
    expect(readFileSync(path.join(out, 'prometheus.env.yaml'), 'utf8')).toBe('replica: prometheus-0\n')
    expect(output).not.toContain('prometheus-0')
  })
})
