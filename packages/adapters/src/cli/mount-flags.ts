import { type Duration, toMs, UsageError, type WatchOptions } from '@hotmount/core'
import type { Args, Flag } from './args.js'

/** Name of a flag about how a mount is watched. */
export type MountFlag = 'keys' | 'settle' | 'resync' | 'poll' | 'wait' | 'accept-empty'

/** Flags about how a mount is watched, the same for every command that watches. */
export const mountFlags: Readonly<Record<MountFlag, Flag>> = {
  keys: {
    value: 'LIST',
    help: "only these keys, as 'app.yaml,*.conf'; changes of others do not count",
  },
  settle: {
    value: 'TIME',
    help: 'how long writing must be quiet; default: none for ConfigMaps and Secrets, 100ms for ordinary directories',
  },
  resync: { value: 'TIME', help: 'look this often even when nothing rang; default 30s, or off' },
  poll: {
    value: 'TIME',
    help: 'look this often and use no file events; default: only where events are impossible',
  },
  'accept-empty': {
    help: 'when every key vanishes at once, take that as a change; default: keep the last config',
  },
  wait: { value: 'TIME', help: 'how long a missing directory may take to appear; default: not at all' },
}

/** A length of time from a flag. @throws UsageError BAD_DURATION */
export const durationOf = (text: string | undefined, flag: string): number | undefined => {
  if (text === undefined) return undefined
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- toMs is what judges it
    return toMs(text as Duration, flag)
  } catch {
    throw new UsageError('BAD_DURATION', `${flag}: ${JSON.stringify(text)} is not a length of time`, {
      hint: 'write a number and its unit: 250ms, 10s, 5m, 1h (at most 24 days)',
    })
  }
}

const keyPattern = (name: string): string | RegExp =>
  name.includes('*')
    ? new RegExp(`^${name.replaceAll(/[$()+.?[\\\]^{|}]/g, String.raw`\$&`).replaceAll(/\*+/g, '[^/]*')}$`)
    : name

/** 'a,*.conf' as what selects keys. @throws UsageError BAD_OPTION */
export const keysOf = (list: string | undefined): readonly string[] | undefined => {
  const names = list?.split(',').map((name) => name.trim())
  if (names?.some((name) => name === '') === true)
    throw new UsageError('BAD_OPTION', '--keys: a name in the list is empty', {
      hint: 'separate names by commas: --keys app.yaml,logging.yaml',
    })
  return names
}

/** Options for one mount from the flags; `keys` are the names in it that matter. @throws UsageError */
export const watchOptionsOf = (args: Args<MountFlag>, keys: readonly string[] | undefined): WatchOptions => {
  const settle = durationOf(args.one('settle'), '--settle')
  const poll = durationOf(args.one('poll'), '--poll')
  const wait = durationOf(args.one('wait'), '--wait')
  const isOff = ['off', 'false', 'never'].includes(args.one('resync') ?? '')
  const resync = isOff ? false : durationOf(args.one('resync'), '--resync')
  return {
    ...(keys && { keys: keys.map(keyPattern) }),
    ...(settle !== undefined && { settle }),
    ...(poll !== undefined && { polling: poll }),
    ...(wait !== undefined && { wait }),
    ...(resync !== undefined && { resync }),
    ...(args.has('accept-empty') && { emptied: 'accept' }),
  }
}
