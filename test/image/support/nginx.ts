import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { place } from './image.js'
import { type Bind, system } from './machine.js'

const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
  (name) => `${name}_temp_path /tmp/${name};`,
)
/** As the unprivileged image has it: everything that nginx writes is below /tmp. */
const main = `pid /tmp/nginx.pid; error_log /dev/null; events {}
http { access_log off; ${temporary.join(' ')} include /etc/nginx/conf.d/*.conf; }`

/** A container's nginx: how it is called, and what it finds of this machine. `config` is where its sites are mounted from. */
export const nginxIn = (
  config: string,
): { readonly words: readonly string[]; readonly binds: readonly Bind[] } => {
  const own = place()
  writeFileSync(path.join(own, 'nginx.conf'), main)
  return {
    words: ['nginx', '-c', '/etc/nginx-test/nginx.conf', '-g', 'daemon off;'],
    binds: [
      ...system,
      { from: own, to: '/etc/nginx-test' },
      { from: config, to: '/etc/nginx/conf.d' },
      { from: place(), to: '/tmp', writable: true },
      { from: place(), to: '/var/log/nginx', writable: true },
    ],
  }
}

/** A site that answers this text. */
export const site = (port: number, text: string): Readonly<Record<string, string>> => ({
  'default.conf': `server { listen 127.0.0.1:${port}; location / { return 200 '${text}'; } }`,
})

/** What a port of this machine answers. */
export const answerOf = async (port: number, page = '/'): Promise<string> => {
  try {
    return await (await fetch(`http://127.0.0.1:${port}${page}`)).text()
  } catch {
    return 'nothing'
  }
}
