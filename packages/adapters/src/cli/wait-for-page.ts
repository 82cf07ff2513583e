import type { Flags } from './flag.js'
import { mountFlags } from './flags.js'
import type { Page } from './help.js'

/** All flags of `hotmount wait-for`. */
export const waitForFlags: Flags = {
  digest: { value: 'DIGEST', help: 'this content, as /status tells it: 64 hexadecimal digits' },
  'revision-of': {
    value: 'MANIFEST',
    many: true,
    help: 'the content of this ConfigMap or Secret, or of a directory',
    more: 'Several are one volume, as with a projected one: of one key, the later wins',
  },
  name: {
    value: 'NAME',
    help: 'which ConfigMap or Secret, where the manifest holds several',
  },
  keys: { ...mountFlags.keys, more: 'As the hotmount that is asked watches them' },
  url: { value: 'URL', help: 'where it serves state; default http://127.0.0.1:9533' },
  mount: { value: 'NAME', noVariable: true, help: 'only this mount, as /status names it; default: any' },
  timeout: { value: 'TIME', noVariable: true, help: 'how long to wait in all; default 5m' },
  'token-file': { value: 'PATH', help: 'a file with the bearer token' },
}

/** The help of `hotmount wait-for`. */
export const waitForPage: Page = {
  name: 'wait-for',
  summary: 'wait until a running hotmount has this content in effect',
  usage: 'hotmount wait-for (--digest DIGEST | --revision-of MANIFEST.yaml) [flags]',
  about: [
    'Ends with 0 only when that content is mounted, and every reaction has applied',
    'and verified it: for CI and Helm hooks. Asks a hotmount that serves state',
    '(--listen), and goes on asking when it is not there yet, or away.',
  ].join('\n'),
  flags: { Flags: waitForFlags },
  examples: [
    [
      'After kubectl apply: is it in effect?',
      'hotmount wait-for --revision-of configmap.yaml --timeout 3m \\\n--url http://web:9533',
    ],
    ['One mount of several', 'hotmount wait-for --revision-of tls.yaml --mount tls'],
    [
      'A digest that is known already, with a token',
      'hotmount wait-for --token-file /run/token \\\n--digest 0f343b0931126a20f133d67c2b018a3b5e5cd5d2a3d1c7e3b1c9a3a0d1f6e7b8',
    ],
  ],
  exits: [
    ['0', 'it is mounted, applied and verified'],
    ['1', 'time is up'],
    ['2', 'the command line or the manifest is wrong, or the token is refused'],
    ['3', 'the manifest or the token cannot be read'],
  ],
}
