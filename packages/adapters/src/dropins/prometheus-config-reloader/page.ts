import type { Page } from '../../cli/help.js'
import { originalFlags, ownFlags } from './flags.js'

/** The help of `hotmount prometheus-config-reloader`. */
export const prometheusConfigReloaderPage: Page = {
  name: 'prometheus-config-reloader',
  summary: 'in place of the original',
  usage: 'hotmount prometheus-config-reloader [flags]',
  about: [
    'Has the flags and metrics of the reloader of the Prometheus operator: writes the',
    'config with its variables replaced, and has Prometheus reload when it, or a file',
    'in one of the directories, has changed. Times as Go has them: 1m30s.',
    'Differences: docs/13-drop-ins.md.',
  ].join('\n'),
  flags: { Flags: originalFlags, 'Not in the original': ownFlags },
  isForeign: true,
  examples: [
    [
      'Beside Prometheus, with the arguments that the operator gives it',
      'hotmount prometheus-config-reloader --listen-address=:8080 \\\n--reload-url=http://127.0.0.1:9090/-/reload \\\n--config-file=/etc/prometheus/config/prometheus.yaml.gz \\\n--config-envsubst-file=/etc/prometheus/config_out/prometheus.env.yaml',
    ],
  ],
  exits: [
    ['0', 'ended by TERM or INT, or written once (--watch-interval=0)'],
    ['1', 'the port is taken; with --watch-interval=0: the config cannot be read, expanded or written'],
    ['2', 'a flag is unknown, its value cannot be read, or the web config is refused'],
  ],
}
