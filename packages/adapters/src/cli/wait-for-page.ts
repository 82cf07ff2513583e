import { clusterFlags } from './cluster-flags.js'
import type { Flags } from './flag.js'
import { mountFlags } from './flags.js'
import type { Page } from './help.js'

const contentFlags: Flags = {
  digest: {
    value: 'DIGEST',
    common: true,
    help: 'this content, as /status tells it: 64 hexadecimal digits',
    more: 'With --selector the first 12 are enough',
  },
  'revision-of': {
    value: 'MANIFEST',
    many: true,
    common: true,
    help: 'the content of this ConfigMap or Secret, or of a directory',
    more: 'Several are one volume, as with a projected one: of one key, the later wins',
  },
  name: {
    value: 'NAME',
    common: true,
    help: 'which ConfigMap or Secret, where the manifest holds several',
  },
  keys: { ...mountFlags.keys, common: true, more: 'As the hotmount that is asked watches them' },
  timeout: { value: 'TIME', noVariable: true, common: true, help: 'how long to wait in all; default 5m' },
}

const urlFlags: Flags = {
  url: { value: 'URL', common: true, help: 'where it serves state; default http://127.0.0.1:9533' },
  mount: { value: 'NAME', noVariable: true, help: 'only this mount, as /status names it; default: any' },
  'token-file': { value: 'PATH', help: 'a file with the bearer token' },
}

const podsFlags: Flags = {
  selector: { value: 'LABELS', common: true, help: 'instead of --url: all pods with these labels' },
  least: { value: 'N', noVariable: true, common: true, help: 'so many pods at least; default 1' },
  ...clusterFlags,
}

/** All flags of `hotmount wait-for`. */
export const waitForFlags: Flags = { ...contentFlags, ...urlFlags, ...podsFlags }

/** The help of `hotmount wait-for`. */
export const waitForPage: Page = {
  name: 'wait-for',
  summary: 'wait until a running hotmount, or every pod, has this content',
  usage: 'hotmount wait-for (--digest DIGEST | --revision-of MANIFEST.yaml) [flags]',
  about: [
    'Ends with 0 only when that content is mounted, and every reaction has applied',
    'and verified it: for CI and Helm hooks. Asks a hotmount that serves state',
    '(--listen), and goes on asking when it is not there yet, or away; or waits for',
    'all pods of --selector, which tell the API server of it by report().',
  ].join('\n'),
  flags: {
    Content: contentFlags,
    'One hotmount that serves state': urlFlags,
    'Pods of a cluster': podsFlags,
  },
  examples: [
    [
      'After kubectl apply: is it in effect?',
      'hotmount wait-for --revision-of configmap.yaml --timeout 3m \\\n--url http://web:9533',
    ],
    [
      'In each of three pods or more; needs `list` and `watch` on pods',
      'hotmount wait-for --revision-of configmap.yaml \\\n--selector app=shop --least 3',
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
    ['3', 'the manifest or the token cannot be read, or the API server refuses'],
  ],
}
