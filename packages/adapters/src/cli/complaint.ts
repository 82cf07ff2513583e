import { HotmountError } from '@hotmount/core'
import { inFlags } from './speech.js'

/** An error in names that may be shown. */
export interface Complaint {
  readonly code: string
  readonly message: string
  readonly hint: string | undefined
}

/** Kind and place of a stranger's error: its message is withheld, as it may quote a config value. */
const describeStranger = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return `a thrown ${typeof thrown}`
  const code = 'code' in thrown && typeof thrown.code === 'string' ? ` ${thrown.code}` : ''
  const frame = /\n\s+at (.+)/.exec(thrown.stack ?? '')?.[1]
  return `${thrown.name}${code}${frame === undefined ? '' : ` at ${frame}`}`
}

/** What may be said of anything thrown. */
export const complaintOf = (thrown: unknown): Complaint =>
  thrown instanceof HotmountError
    ? { code: thrown.code, message: thrown.message, hint: inFlags(thrown.hint) }
    : {
        code: 'INTERNAL',
        message: `a fault of hotmount: ${describeStranger(thrown)}`,
        hint: 'please report it; NODE_DEBUG=hotmount prints what led to it',
      }
