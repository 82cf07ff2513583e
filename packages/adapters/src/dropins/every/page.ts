import type { Flag } from '../../cli/flag.js'
import type { Page } from '../../cli/help.js'

/** Name of a flag of `hotmount every`. */
export type EveryFlag = 'ready-url' | 'verify-url' | 'timeout'

/** All flags of `hotmount every`. */
export const everyFlags: Readonly<Record<EveryFlag, Flag>> = {
  'ready-url': { value: 'URL', help: 'must answer 2xx before; else this round is left out' },
  'verify-url': {
    value: 'URL',
    help: 'must answer 2xx afterwards',
    more: 'Three times in a row, within --timeout',
  },
  timeout: { value: 'TIME', help: 'for the command, and for each of both questions; default 30s' },
}

/** The help of `hotmount every`. */
export const everyPage: Page = {
  name: 'every',
  summary: 'reload on a schedule, changed or not',
  usage: 'hotmount every TIME [flags] -- COMMAND [ARG…]',
  about: [
    'For what no file tells of, such as names that resolve anew. To reload only when',
    'something has changed, use sidecar with --poll TIME. What COMMAND prints is not',
    'shown. Times as Go has them: 1m30s.',
  ].join('\n'),
  flags: { Flags: everyFlags },
  isForeign: true,
  examples: [
    [
      'Reload nginx every minute, if it is ready, and see that it is afterwards',
      'hotmount every 1m --ready-url http://127.0.0.1/ready \\\n--verify-url http://127.0.0.1/ready -- nginx -s reload',
    ],
  ],
  exits: [
    ['0', 'ended by TERM or INT'],
    ['2', 'the command line is wrong'],
  ],
}
