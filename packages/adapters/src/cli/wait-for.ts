import { UsageError } from '@hotmount/core'
import { type Args, readArgs } from './args.js'
import type { ClusterFlag } from './cluster-flags.js'
import { keyPattern, msOf } from './config/values.js'
import { exitCodes } from './exit-codes.js'
import type { Io } from './io.js'
import { digestOf, type Keys } from './manifest/projected.js'
import { readSource } from './manifest/source.js'
import { durationOf, keysOf } from './mount-flags.js'
import { waitForFlags } from './wait-for-page.js'
import { waitForPods } from './wait-for-pods.js'
import { baseFrom, type UrlFlag, waitForUrl } from './wait-for-url.js'

type WaitFlag =
  | 'digest'
  | 'revision-of'
  | 'name'
  | 'keys'
  | 'timeout'
  | 'selector'
  | 'least'
  | UrlFlag
  | ClusterFlag

const ofUrl = ['url', 'mount', 'token-file'] as const
const ofPods = ['namespace', 'loop', 'least', 'kubeconfig', 'context'] as const

const bad = (message: string, hint?: string): UsageError => new UsageError('BAD_OPTION', message, { hint })

const digestFrom = async (args: Args<WaitFlag>, signal: AbortSignal): Promise<string> => {
  const [digest, manifests] = [args.one('digest'), args.all('revision-of')]
  if (digest !== undefined && manifests.length > 0)
    throw bad('--digest and --revision-of exclude each other', 'keep one of them')
  if (digest !== undefined) {
    const isWhole = /^[\da-f]{64}$/i.test(digest)
    if (isWhole || (args.has('selector') && /^[\da-f]{12,63}$/i.test(digest))) return digest.toLowerCase()
    throw args.has('selector')
      ? bad('--digest: not 12 to 64 hexadecimal digits', 'hotmount status tells those of the pods')
      : bad('--digest: not 64 hexadecimal digits', '/status tells the digest of each mount')
  }
  if (manifests.length === 0)
    throw bad('what is to be waited for?', 'say --revision-of MANIFEST.yaml, or --digest DIGEST')
  const all: Record<string, Uint8Array> = {}
  for (const manifest of manifests) {
    const keys: Keys = await readSource(manifest, args.one('name'), signal)
    Object.assign(all, keys)
  }
  const selected = keysOf(args.one('keys'))
  return digestOf(all, selected ? { keys: selected.map(keyPattern) } : {})
}

const leastOf = (text: string | undefined): number | undefined => {
  if (text === undefined || /^[1-9]\d{0,5}$/.test(text)) return text === undefined ? undefined : Number(text)
  throw bad('--least: not a number of pods', 'as in: --least 3')
}

/** The two ways to ask exclude each other. @throws UsageError BAD_OPTION */
const selectorOf = (args: Args<WaitFlag>): string | undefined => {
  const selector = args.one('selector')
  const stray = (selector === undefined ? ofPods : ofUrl).find((name) => args.has(name))
  if (stray === undefined) return selector
  throw selector === undefined
    ? bad(`--${stray} goes with --selector`, 'as in: --selector app=shop')
    : bad(`--selector and --${stray} exclude each other`, 'pods are found by the API server, not by a URL')
}

/** `hotmount wait-for`. @throws UsageError, MountError, ReactionError */
export const waitFor = async (argv: readonly string[], io: Io): Promise<number> => {
  const args: Args<WaitFlag> = readArgs(argv, waitForFlags, {
    env: io.env,
    either: [
      ['digest', 'revision-of'],
      ['selector', ...ofUrl],
    ],
    refuseWord: (word) => bad(`a word too many: ${JSON.stringify(word)}`, 'a manifest follows --revision-of'),
  })
  const [selector, least] = [selectorOf(args), leastOf(args.one('least'))]
  const base = baseFrom(args.one('url'))
  durationOf(args.one('timeout'), '--timeout')
  const timeoutMs = msOf(args.one('timeout') ?? '5m')
  const digest = await digestFrom(args, io.signal)
  const { where, why } =
    selector === undefined
      ? await waitForUrl(args, base, digest, timeoutMs, io)
      : await waitForPods(args, { selector, digest, least, timeoutMs }, io)
  if (why === undefined) {
    io.stdout.write(`${digest} is in effect\n`)
    return exitCodes.ok
  }
  io.stderr.write(`hotmount: time is up: ${why}\n  → waited for ${digest} at ${where}\n`)
  return exitCodes.timeIsUp
}
