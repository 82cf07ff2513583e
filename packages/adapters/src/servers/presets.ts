import { type Reaction, UsageError } from '@hotmount/core'
import type { Argv } from '../process/spawn.js'
import { gunicorn } from './gunicorn.js'
import { haproxy } from './haproxy.js'
import { httpd } from './httpd.js'
import { nginx } from './nginx.js'
import { nginxArgs, type NginxFiles } from './nginx-args.js'
import { phpFpm } from './php-fpm.js'
import { programIn, valueOf } from './program.js'
import { prometheus } from './prometheus.js'
import type { ServerOptions } from './server-reload.js'
import { uwsgi } from './uwsgi.js'

/** A server as one who wraps it knows it. */
export interface Preset {
  /** Its own way to stop gracefully. */
  readonly stopSignal: NodeJS.Signals
  /** How it is kept in the foreground. */
  readonly foreground: string
  /** It ends when the config it re-reads is bad. */
  readonly diesOfBadConfig: boolean
  /** The reaction of a server that was started with this command. @throws UsageError BAD_OPTION */
  readonly reaction: (command: Argv, options: ServerOptions) => Reaction
}

/** The path of `-S`, which may be followed by options; undefined for an address of another kind. */
const socketIn = (command: Argv): string | undefined => {
  const [address = ''] = (valueOf(command, '-S') ?? '').replace(/^unix@/, '').split(',')
  return address.startsWith('/') ? address : undefined
}

/** Where Prometheus answers, by its own flags; undefined with TLS, of which they tell nothing. */
const urlIn = (command: Argv): string | undefined => {
  if (valueOf(command, '--web.config.file') !== undefined) return undefined
  const listen = valueOf(command, '--web.listen-address') ?? '0.0.0.0:9090'
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(listen) ?? []
  const outside = valueOf(command, '--web.external-url') ?? ''
  const path = URL.canParse(outside) ? new URL(outside).pathname : '/'
  const prefix = `/${valueOf(command, '--web.route-prefix') ?? path}`.replace(/^\/+/, '/')
  const url = `http://${/^(?:|0\.0\.0\.0|\[::\])$/.test(host) ? '127.0.0.1' : host}:${port}${prefix}`
  return port !== '' && URL.canParse(url) ? url : undefined
}

const promOptions = (command: Argv): { readonly url?: string; readonly reload?: 'post' | 'signal' } => {
  const url = urlIn(command)
  const byPost = programIn(command, /^prometheus$/)?.args.includes('--web.enable-lifecycle') === true
  return url === undefined ? {} : { url, reload: byPost ? 'post' : 'signal' }
}

/** Without the words of an nginx the check would read the default config, and pass whatever is mounted. */
const nginxIn = (command: Argv, check: ServerOptions['check']): NginxFiles => {
  const files = nginxArgs(command)
  if (files || check !== undefined) return files ?? {}
  throw new UsageError('BAD_OPTION', 'nginx: none of the words of the command is nginx', {
    hint: 'then its check cannot be made from it: give check a command of its own',
  })
}

/** All presets, by the name that `hotmount run --server` takes. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  nginx: {
    stopSignal: 'SIGQUIT',
    foreground: "nginx -g 'daemon off;'",
    diesOfBadConfig: false,
    reaction: (command, options) => nginx({ ...nginxIn(command, options.check), ...options }),
  },
  gunicorn: {
    stopSignal: 'SIGTERM',
    foreground: 'gunicorn app:app, without --daemon',
    diesOfBadConfig: true,
    reaction: (command, options) => gunicorn({ command, ...options }),
  },
  haproxy: {
    stopSignal: 'SIGUSR1',
    foreground: 'haproxy -W -db -f FILE',
    diesOfBadConfig: false,
    reaction: (command, options) => {
      const socket = socketIn(command)
      return haproxy({ command, ...(socket !== undefined && { socket }), ...options })
    },
  },
  httpd: {
    stopSignal: 'SIGWINCH',
    foreground: 'httpd -DFOREGROUND',
    diesOfBadConfig: true,
    reaction: (command, options) => httpd({ command, ...options }),
  },
  'php-fpm': {
    stopSignal: 'SIGQUIT',
    foreground: 'php-fpm -F',
    diesOfBadConfig: true,
    reaction: (command, options) => phpFpm({ command, ...options }),
  },
  // uWSGI has no signal of its own for a graceful stop: INT cuts requests, and TERM makes it reload.
  uwsgi: {
    stopSignal: 'SIGINT',
    foreground: 'uwsgi --ini FILE, without daemonize',
    diesOfBadConfig: true,
    reaction: (command, options) => uwsgi({ command, ...options }),
  },
  prometheus: {
    stopSignal: 'SIGTERM',
    foreground: 'prometheus --config.file=FILE',
    diesOfBadConfig: false,
    reaction: (command, options) => prometheus({ command, ...promOptions(command), ...options }),
  },
}

/** Name of a preset. */
export type PresetName = 'nginx' | 'gunicorn' | 'haproxy' | 'httpd' | 'php-fpm' | 'uwsgi' | 'prometheus'

/** Whether there is a preset of this name. */
export const isPresetName = (name: string): name is PresetName => Object.hasOwn(presets, name)
