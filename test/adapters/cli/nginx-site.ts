import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { SimulatedMount } from '@hotmount/core/testing'
import { onTestFinished } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { installed } from '../../support/servers.js'
import { answering } from '../servers/nginx-process.js'
import { temporary, volume } from './support.js'

/** The program, also where it is not in PATH. */
export const nginx: string = installed('nginx') ?? 'nginx'

/** A whole config that keeps its files in one directory. */
export const nginxConfig = (work: string, http: string): string => `
${process.geteuid?.() === 0 ? 'user root;' : ''}
worker_processes 2;
pid ${work}/nginx.pid;
error_log ${work}/error.log notice;
events { worker_connections 64; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${work}/${name};`).join('\n  ')}
  ${http}
}`

/** A place for an nginx, and a mount with its config. */
export interface NginxSite {
  readonly mount: SimulatedMount
  readonly work: string
  readonly port: number
}

/** A place for an nginx that answers this text. */
export const nginxSite = async (text: string): Promise<NginxSite> => {
  const port = await freePort()
  const work = path.join(await temporary(), 'nginx')
  await mkdir(work)
  return { mount: await volume({ 'nginx.conf': nginxConfig(work, answering(port, text)) }), work, port }
}

/** The words that start it in the foreground. */
export const nginxCommand = ({ mount, work }: NginxSite): readonly string[] => [
  nginx,
  '-c',
  path.join(mount.path, 'nginx.conf'),
  '-p',
  work,
  '-g',
  'daemon off;',
]

/** Starts it as somebody else would; it ends with the test. */
export const startAlone = (site: NginxSite): void => {
  const [file = nginx, ...args] = nginxCommand(site)
  const child = spawn(file, args, { stdio: 'ignore' })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await exited
  })
}
