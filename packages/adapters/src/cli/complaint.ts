import { HotmountError } from '@hotmount/core'

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

// Hints of the library name its options; here they are flags.
const asFlags = (hint: string | undefined): string | undefined =>
  hint?.replaceAll(/`(wait|keys|timeout)`/g, '--$1')

/** What may be said of anything thrown. */
export const complaintOf = (thrown: unknown): Complaint =>
  thrown instanceof HotmountError
    ? { code: thrown.code, message: thrown.message, hint: asFlags(thrown.hint) }
    : {
        code: 'INTERNAL',
        message: `a fault of hotmount: ${describeStranger(thrown)}`,
        hint: 'please report it; NODE_DEBUG=hotmount prints what led to it',
      }
