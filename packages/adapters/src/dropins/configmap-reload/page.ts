import type { Page } from '../../cli/help.js'
import { configmapReloadFlags } from './flags.js'

/** The help of `hotmount configmap-reload`. */
export const configmapReloadPage: Page = {
  name: 'configmap-reload',
  summary: 'in place of configmap-reload',
  usage: 'hotmount configmap-reload -volume-dir DIR -webhook-url URL [flags]',
  about: [
    'Has the flags and metrics of configmap-reload: calls each URL when a volume has',
    'changed. What is not confirmed is called again every 10s until it is, or until a',
    'newer change comes. Flags take one dash or two.',
    'Differences: docs/13-drop-ins.md.',
  ].join('\n'),
  flags: { Flags: configmapReloadFlags },
  isForeign: true,
  examples: [
    [
      'Beside Prometheus, with the flags of its manifest',
      'hotmount configmap-reload --volume-dir=/etc/config \\\n--webhook-url=http://127.0.0.1:9090/-/reload',
    ],
  ],
  exits: [
    ['0', 'ended by TERM or INT'],
    ['1', 'no -volume-dir or -webhook-url, a directory is missing, or the port is taken'],
    ['2', 'a flag is unknown or its value cannot be read'],
  ],
}
