import { join } from 'node:path'
import { nginx, nginxArgs } from '@hotmount/adapters/nginx'
import { answering } from '../adapters/servers/nginx-process.js'
import { describeWith, installed } from '../support/servers.js'
import { survivesItsDeath, takesAndRefuses } from './scenario.js'
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

// Its twenty reloads under load are fifty in test/adapters/servers/nginx-load.test.ts.
describeWith('nginx', 'nginx', () => {
  takesAndRefuses(subject, {
    evidence: /^2 new workers/,
    refusal: /\[emerg\].* unknown directive "\S+" in \S+nginx\.conf:\d+/,
  })
  survivesItsDeath(subject, /got the signal, but it has exited$/)
})
