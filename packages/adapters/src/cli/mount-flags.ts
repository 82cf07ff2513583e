import { type Duration, toMs, UsageError } from '@hotmount/core'
import type { Args } from './args.js'
import type { MountConfig } from './config/config.js'
import type { mountFlags } from './flags.js'

/** Name of a flag about how a mount is watched. */
export type MountFlag = keyof typeof mountFlags

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

/** 'a,*.conf' as what selects keys. @throws UsageError BAD_OPTION */
export const keysOf = (list: string | undefined): readonly string[] | undefined => {
  const names = list?.split(',').map((name) => name.trim())
  if (names?.some((name) => name === '') === true)
    throw new UsageError('BAD_OPTION', '--keys: a name in the list is empty', {
      hint: 'separate names by commas: --keys app.yaml,logging.yaml',
    })
  return names
}

/** How a mount is watched, as far as flags say it; without `keys`. @throws UsageError */
export const watchingOf = (args: Args<MountFlag>): Partial<MountConfig> => {
  const time = (name: 'settle' | 'poll' | 'wait' | 'resync'): string | undefined => {
    const text = args.one(name)
    durationOf(text, `--${name}`)
    return text
  }
  const isOff = ['off', 'false', 'never'].includes(args.one('resync') ?? '')
  const [settle, polling, wait] = [time('settle'), time('poll'), time('wait')]
  const resync = isOff ? false : time('resync')
  return {
    ...(settle !== undefined && { settle }),
    ...(polling !== undefined && { polling }),
    ...(wait !== undefined && { wait }),
    ...(resync !== undefined && { resync }),
    ...(args.has('accept-empty') && { emptied: 'accept' }),
  }
}
