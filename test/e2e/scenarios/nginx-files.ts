import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { scratch } from '../../adapters/process/children.js'
import { installed } from '../../support/servers.js'

/** An nginx that is to be started: where its main config is, and its command line. */
export interface NginxFiles {
  /** Of the main config, pid file and logs. */
  readonly work: string
  readonly argv: readonly [string, ...string[]]
  /** The same program with another option, such as `-t`. */
  readonly with: (...options: readonly string[]) => string
}

/** A main config that includes these patterns, in a directory that is gone when the test is. */
export const nginxFiles = (...includes: readonly string[]): NginxFiles => {
  const work = join(scratch(), 'nginx')
  mkdirSync(work)
  const config = join(work, 'nginx.conf')
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  writeFileSync(
    config,
    `${process.geteuid?.() === 0 ? 'user root;' : ''} worker_processes 2; daemon off; pid ${work}/pid;
     error_log ${work}/error.log notice; events {}
     http { access_log ${work}/access.log; ${temp.map((each) => `${each}_temp_path ${work}/${each};`).join(' ')}
     ${includes.map((each) => `include ${each};`).join(' ')} }`,
  )
  const nginx = installed('nginx') ?? 'nginx'
  return {
    work,
    argv: [nginx, '-c', config],
    with: (...options) => [nginx, '-c', config, ...options].join(' '),
  }
}
