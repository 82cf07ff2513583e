import { mkdirSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { supervise, type Supervisor } from '@hotmount/adapters/process'
import { expect, onTestFinished, vi } from 'vitest'
import { installed } from '../../support/servers.js'
import { scratch } from '../process/children.js'

/** The body of an answer, or the error's code. */
export const ask = (port: number): Promise<string> =>
  new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, agent: false }, (response) => {
      let body = ''
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => (body += chunk))
        .on('end', () => resolve(body))
    })
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
  })

export interface TestNginx {
  readonly argv: readonly [string, ...string[]]
  readonly directory: string
  readonly supervisor: Supervisor
  /** Writes `server` blocks into the config. */
  write(http: string): void
}

const site = (directory: string, http: string): string => `
${process.geteuid?.() === 0 ? 'user root;' : ''}
worker_processes 2;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log notice;
events { worker_connections 64; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${directory}/${name};`).join('\n  ')}
  ${http}
}
`

/** A server block that answers every request with this text. */
export const answering = (port: number, text: string): string =>
  `server { listen 127.0.0.1:${port}; location / { return 200 '${text}'; } }`

/** A real nginx in a directory of its own, which ends with the test. It listens on `port`. */
export const startNginx = async (port: number, http: string): Promise<TestNginx> => {
  const directory = join(scratch(), 'nginx')
  mkdirSync(directory)
  const config = join(directory, 'nginx.conf')
  const write = (text: string): void => writeFileSync(config, site(directory, text))
  write(http)
  const argv = [installed('nginx') ?? 'nginx', '-p', directory, '-c', config, '-g', 'daemon off;'] as const
  const supervisor = supervise(argv, { stopSignal: 'SIGTERM', grace: '5s' })
  onTestFinished(async () => void (await supervisor.stop()))
  await vi.waitFor(async () => expect(await ask(port)).not.toBe('ECONNREFUSED'), 5000)
  return { argv, directory, supervisor, write }
}
