import type { Reaction } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import { processMatching } from '../process/process-ref.js'
import type { SignalReceipt } from '../process/signal.js'
import type { Argv } from '../process/spawn.js'
import type { NginxFiles } from './nginx-args.js'
import { type ServerOptions, serverOptions, serverReload } from './server-reload.js'

/** Options of {@link nginx}: those of every server, and which config its check reads. */
export type NginxOptions = ServerOptions & NginxFiles

const checkArgv = ({ binary = 'nginx', config, prefix, globals }: NginxFiles): Argv => [
  binary,
  '-t',
  '-q',
  ...(config === undefined ? [] : ['-c', config]),
  ...(prefix === undefined ? [] : ['-p', prefix]),
  ...(globals === undefined ? [] : ['-g', globals]),
]

/**
 * Reloads nginx: `nginx -t`, HUP to the master, then proof that every old worker is gone or shutting down and that
 * new ones stay. Without `process`, the one nginx master that /proc shows. The check runs here, with the options
 * that say which config is meant; it must run as the same user as the master.
 *
 * @throws UsageError BAD_OPTION, BAD_DURATION
 * @example
 * reload(mount, nginx({ verify: httpProbe('http://127.0.0.1:8080/healthz') }))
 */
export const nginx = (options: NginxOptions = {}): Reaction<SignalReceipt> => {
  refuseUnknown('nginx', options, {
    ...serverOptions,
    binary: true,
    config: true,
    prefix: true,
    globals: true,
  })
  return serverReload(
    {
      name: 'nginx',
      process: processMatching(/^nginx: master process/),
      signal: 'SIGHUP',
      check: checkArgv(options),
      // A name server that is down fails `nginx -t` too: the same config may pass a minute later.
      retryable: /host not found in|could not be resolved/,
      draining: /^nginx: worker process is shutting down$/,
      // It starts the new ones and waits for 100 ms before it tells the old ones to finish.
      overlaps: true,
    },
    options,
  )
}

export { nginxArgs, type NginxFiles } from './nginx-args.js'
export type { ServerOptions } from './server-reload.js'
