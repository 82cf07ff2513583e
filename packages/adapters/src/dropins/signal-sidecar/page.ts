import type { Page } from '../../cli/help.js'

/** The help of `hotmount signal-sidecar`. */
export const signalSidecarPage: Page = {
  name: 'signal-sidecar',
  summary: 'in place of inotifywait sidecars',
  usage: 'FILE=PATH PROCESS=NAME SIGNAL=HUP|USR1|QUIT hotmount signal-sidecar',
  about: [
    'Sends SIGNAL to the master process called PROCESS when FILE has changed: HUP to',
    'reload, USR1 to reopen logs, QUIT to stop. FILE may be a directory, and need not',
    'be there yet. The pod needs shareProcessNamespace: true.',
    'Differences: docs/13-drop-ins.md.',
  ].join('\n'),
  flags: {},
  isForeign: true,
  examples: [
    [
      'As a sidecar of HAProxy, with the environment of its manifest',
      'FILE=/etc/haproxy/haproxy.cfg PROCESS=haproxy SIGNAL=HUP \\\nhotmount signal-sidecar',
    ],
  ],
  exits: [
    ['0', 'ended by TERM or INT'],
    ['1', 'the file is a subPath mount, or cannot be read'],
    ['2', 'a variable is missing, or the signal is not supported'],
  ],
}
