import { UsageError } from '@hotmount/core'

/** Where to listen. */
export interface Address {
  /** Without one: on all addresses of this machine. */
  readonly host: string | undefined
  readonly port: number
}

/**
 * Reads an address as Go does: `:9533`, `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`.
 *
 * @throws UsageError BAD_OPTION, naming `flag`
 */
export const parseAddress = (text: string, flag: string): Address => {
  const [, bracketed, name, port = ''] = /^(?:\[([\da-fA-F:.%\w]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? name
  if (host === undefined || Number(port) > 65_535)
    throw new UsageError('BAD_OPTION', `${flag}: ${JSON.stringify(text)} is not an address to listen on`, {
      hint: `write HOST:PORT, or :PORT for all addresses: ${flag} 127.0.0.1:9533`,
    })
  return { host: host === '' ? undefined : host, port: Number(port) }
}

/** An address for messages. */
export const showAddress = ({ host = '', port }: Address): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`
