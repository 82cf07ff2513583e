import { writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { nginx, nginxArgs } from '@hotmount/adapters/nginx'
import { answering } from '../adapters/servers/nginx-process.js'
import { describeWith, installed } from '../support/servers.js'
import { survivesItsDeath, takesAndRefuses } from './scenario.js'
import { type SlowClient, survivesAStorm } from './storm.js'
import type { Place, Subject } from './subject.js'

const config = (server: string, { work }: Place): string => `
${process.geteuid?.() === 0 ? 'user root;' : ''}
worker_processes 2;
pid ${work}/pid;
error_log ${work}/error.log;
events { worker_connections 64; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${work}/${name};`).join('\n  ')}
  ${server}
}
`

const subject: Subject = {
  good: (version, place) => ({ 'nginx.conf': config(answering(place.port, version), place) }),
  broken: (place) => ({ 'nginx.conf': config('lissten 80;', place) }),
  command: ({ mount, work }) => [
    installed('nginx') ?? 'nginx',
    '-p',
    work,
    '-c',
    join(mount, 'nginx.conf'),
    '-g',
    'daemon off;',
  ],
  reaction: (place, process) => nginx({ process, ...nginxArgs(subject.command(place)) }),
}

const slowBytes = 96 * 1024
const maxDraining = 2

/** A slow answer takes about three seconds, and keeps its worker for as long. */
const slowSubject: Subject = {
  ...subject,
  good: (version, place) => ({
    'nginx.conf': config(
      answering(place.port, version).replace(
        '} }',
        `} location /slow { root ${place.work}; limit_rate 32k; } }`,
      ),
      place,
    ),
  }),
  prepare: async ({ work }) => writeFileSync(join(work, 'slow'), Buffer.alloc(slowBytes)),
  reaction: (place, process) => nginx({ process, maxDraining, ...nginxArgs(subject.command(place)) }),
}
const slowDownload: SlowClient = (port) =>
  new Promise((resolve) => {
    let bytes = 0
    get({ host: '127.0.0.1', port, path: '/slow', agent: false }, (response) => {
      response.on('data', (chunk: Buffer) => (bytes += chunk.length))
      response.on('close', () => resolve(`${bytes} bytes`))
    }).on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })

// Its twenty reloads under load are fifty in test/adapters/servers/nginx-load.test.ts.
describeWith('nginx', 'nginx', () => {
  takesAndRefuses(subject, {
    evidence: /^2 new workers/,
    refusal: /\[emerg\].* unknown directive "\S+" in \S+nginx\.conf:\d+/,
  })
  survivesItsDeath(subject, /got the signal, but it has exited$/)
  survivesAStorm(slowSubject, {
    swaps: 200,
    durationMs: 10_000,
    slow: slowDownload,
    slowGets: `${slowBytes} bytes`,
    workers: 2,
    maxDraining,
  })
})
