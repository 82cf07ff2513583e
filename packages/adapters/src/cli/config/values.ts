import { constants } from 'node:os'
import { type Duration, toMs } from '@hotmount/core'
import type { RestartPolicy } from '../../process/restart-policy.js'
import { didYouMean } from '../nearest.js'
import type { Keys, Time } from './config.js'

const isSignal = (name: string): name is NodeJS.Signals => Object.hasOwn(constants.signals, name)

/** `HUP`, `sighup` or `SIGHUP`; undefined when there is none of that name. */
export const signalNamed = (text: string): NodeJS.Signals | undefined => {
  const upper = text.toUpperCase()
  const name = upper.startsWith('SIG') ? upper : `SIG${upper}`
  return isSignal(name) ? name : undefined
}

/** `; did you mean HUP?` for a signal that there is not, or nothing. */
export const nearSignal = (text: string): string => {
  const names = Object.keys(constants.signals).map((one) => one.slice('SIG'.length))
  return didYouMean(text.toUpperCase().replace(/^SIG(?=.)/, ''), names)
}

/** Whether no process can catch it. */
export const isUncatchable = (name: NodeJS.Signals): boolean => name === 'SIGKILL' || name === 'SIGSTOP'

/** Milliseconds. @throws UsageError BAD_DURATION */
export const msOf = (time: Time, what = 'time'): number =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- toMs is what judges it
  toMs(time as Duration, what)

/** Whether it is not too long for a timer. */
export const isTime = (time: Time): boolean => {
  try {
    msOf(time)
    return true
  } catch {
    return false
  }
}

/** The same of what may be left out. @throws UsageError BAD_DURATION */
export const maybeMs = (time: Time | undefined): number | undefined =>
  time === undefined ? undefined : msOf(time)

/** `*` stands for anything but a slash, and nothing else for a pattern. */
export const keyPattern = (name: string): string | RegExp =>
  name.includes('*')
    ? new RegExp(`^${name.replaceAll(/[$()+.?[\\\]^{|}]/g, String.raw`\$&`).replaceAll(/\*+/g, '[^/]*')}$`)
    : name

/** One or several, as several. */
export const listOf = (keys: Keys): readonly string[] => (typeof keys === 'string' ? [keys] : keys)

/** When a command is started again, by the word for it. */
export const policies: Readonly<Record<'never' | 'on-failure' | 'always', RestartPolicy>> = {
  never: 'never',
  'on-failure': 'onFailure',
  always: 'always',
}
