import type { Flag } from '../../cli/flag.js'
import type { Page } from '../../cli/help.js'

/** All flags of `hotmount nginx-reloader`. */
export const nginxReloaderFlags: Readonly<Record<'check', Flag>> = {
  check: {
    value: 'CMD',
    help: "must exit with 0 before nginx is told: 'nginx -t'",
    more: 'Default: none. When nginx refuses the new config, it keeps its old one, and the missing proof tells',
  },
}

/** Where the directory is named. */
export const variable: string = 'WATCH_NGINX_CONF_PATH'

/** The help of `hotmount nginx-reloader`. */
export const nginxReloaderPage: Page = {
  name: 'nginx-reloader',
  summary: 'in place of nginx-reloader sidecars',
  usage: `${variable}=DIR hotmount nginx-reloader [flags]`,
  about: [
    `Watches the directory in ${variable} (default /etc/nginx). When it`,
    'has changed, the nginx of this pod gets HUP, and new workers prove that it took',
    'the config; else it is tried again. The pod needs shareProcessNamespace: true.',
    'Differences: docs/13-drop-ins.md.',
  ].join('\n'),
  flags: { Flags: nginxReloaderFlags },
  isForeign: true,
  examples: [
    [
      'As a sidecar of nginx, with the environment of its manifest',
      `${variable}=/etc/nginx/conf.d hotmount nginx-reloader`,
    ],
  ],
  exits: [
    ['0', 'ended by TERM or INT'],
    ['1', 'the directory is a subPath mount, or cannot be read'],
    ['2', 'the command line is wrong'],
  ],
}
