import { join } from 'node:path'

/** Where one nginx lives. */
export interface Place {
  readonly port: number
  /** The mounted directory. */
  readonly mount: string
  /** For its pid file, logs and what it serves. */
  readonly work: string
}

/** How it is started. */
export const commandOf = ({ mount, work }: Place): readonly [string, ...string[]] => [
  'nginx',
  '-p',
  work,
  '-c',
  join(mount, 'nginx.conf'),
  '-g',
  'daemon off;',
]

const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

/** A config with which it answers this, and with which `/slow` takes about three seconds. Reloads are in its log. */
export const configOf = ({ port, work }: Place, answer: string): string => `
${process.geteuid?.() === 0 ? 'user root;' : ''}
worker_processes 2;
pid ${work}/pid;
error_log ${work}/error.log notice;
events { worker_connections 256; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${work}/${name};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    location / { return 200 '${answer}'; }
    location /slow { root ${work}; limit_rate 32k; }
  }
}
`

/** Reloads that its log tells of. */
export const reloadsIn = (log: string): number => log.match(/signal 1 \(SIGHUP\) received/g)?.length ?? 0
