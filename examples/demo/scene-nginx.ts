import { accessSync, constants } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { nginx, nginxArgs } from '@hotmount/adapters/nginx'
import { supervise } from '@hotmount/adapters/process'
import { reload, watchConfigMap } from '@hotmount/core'
import { same, until } from './expectations.js'
import type { Scene } from './scene.js'
import { verdictsOf } from './verdicts.js'
import { ask, freePorts } from './web.js'

const directories = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin']

const installed = directories
  .map((directory) => path.join(directory, 'nginx'))
  .find((file) => {
    try {
      accessSync(file, constants.X_OK)
      return true
    } catch {
      return false
    }
  })

const server = (port: number): { 'default.conf': string } => ({
  'default.conf': `server {\n  listen 127.0.0.1:${port};\n  location / { return 200 "here"; }\n}\n`,
})

const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

const mainConfig = (directory: string): string => `
pid ${directory}/nginx.pid;
error_log ${directory}/error.log;
worker_processes 2;
events {}
http {
  access_log off;
  ${scratch.map((name) => `${name}_temp_path ${directory}/${name};`).join('\n  ')}
  include ${directory}/conf.d/*.conf;
}
`

/** nginx moves from one port to another; a broken config in between does not get near it. */
export const nginxScene: Scene = {
  title: 'nginx moves to another port, and a broken config does not stop it',
  missing: () => (installed ? undefined : 'nginx is not installed; on Debian: apt-get install nginx-light'),
  play: async (stage) => {
    const { claims, workshop, signal } = stage
    const directory = workshop.path('etc/nginx')
    await mkdir(directory, { recursive: true })
    await writeFile(path.join(directory, 'nginx.conf'), mainConfig(directory))
    const [a = 0, b = 0, c = 0] = await freePorts(3)
    const volume = await workshop.mount('/etc/nginx/conf.d', server(a))
    const mount = await watchConfigMap(volume.path, { signal })
    workshop.atEnd(() => mount.close())

    const files = ['-p', directory, '-c', path.join(directory, 'nginx.conf'), '-g', 'daemon off;']
    const argv = [installed ?? 'nginx', ...files, '-e', path.join(directory, 'error.log')] as const
    const child = supervise(argv, { stopSignal: 'SIGQUIT' })
    workshop.atEnd(() => child.stop())
    const loop = reload(mount, nginx({ ...nginxArgs(argv), process: child }))
    const publish = verdictsOf(loop, signal)
    await claims.that(`nginx answers on port ${a}`, () =>
      until('nginx answers', async () => (await ask(a)) === 'here', signal),
    )
    const pid = child.pid

    stage.edit('default.conf', `listen ${a} → listen ${b}`)
    await claims.that(`it answers on ${b}, and ${a} refuses`, async () => {
      const { evidence } = await publish(() => volume.swap(server(b)), 'applied')
      same(`${await ask(b)}, ${await ask(a)}`, 'here, refused', 'answers')
      return evidence
    })

    stage.edit('default.conf', `listen ${b} → lissten ${c}`)
    await claims.that(`nginx -t refuses it, and ${b} still answers`, async () => {
      const broken = { 'default.conf': `server {\n  lissten 127.0.0.1:${c};\n}\n` }
      const { error } = await publish(() => volume.swap(broken), 'rejected')
      same(await ask(b), 'here', 'answer')
      return workshop.shown(/\[emerg\].*/.exec(error.message)?.[0] ?? error.message)
    })

    stage.edit('default.conf', `mended: listen ${c}`)
    await claims.that(`it answers on ${c}, under the same master (pid ${pid})`, async () => {
      await publish(() => volume.swap(server(c)), 'applied')
      same(`${await ask(c)}, ${await ask(b)}`, 'here, refused', 'answers')
      same(child.pid, pid, 'pid of the master')
    })
  },
}
