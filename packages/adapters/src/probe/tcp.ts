import { connect } from 'node:net'
import { type Duration, toMs, UsageError } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import { errnoOf } from '../process/errno.js'
import type { Probe } from './probe.js'
import { type Answer, until } from './retry.js'

type Address = { readonly path: string } | { readonly host: string; readonly port: number }

/** `host:port`, `:port` (this host), `[::1]:port`, or `unix:/path`. */
const parseAddress = (text: string): Address | undefined => {
  if (text.startsWith('unix:/')) return { path: text.slice('unix:'.length) }
  const match = /^(\[[^\]]+\]|[^:]*):(\d{1,5})$/.exec(text)
  const port = Number(match?.[2] ?? Number.NaN)
  if (!(port > 0 && port <= 65_535)) return undefined
  const host = (match?.[1] ?? '').replace(/^\[|\]$/g, '')
  return { host: host === '' ? '127.0.0.1' : host, port }
}

const knock = (address: Address, signal: AbortSignal): Promise<Answer> =>
  new Promise((resolve) => {
    const socket = connect(address)
    const finish = (answer: Answer): void => {
      signal.removeEventListener('abort', onAbort)
      socket.destroy()
      resolve(answer)
    }
    const onAbort = (): void => finish({ yes: false, why: 'no answer in time' })
    signal.addEventListener('abort', onAbort, { once: true })
    socket.once('connect', () => finish({ yes: true, evidence: 'connected' }))
    socket.once('error', (error) => finish({ yes: false, why: errnoOf(error) }))
  })

/**
 * Connects until something accepts the connection. That proves a listener, not its config.
 * Address: `host:port`, `:port` (this host), `[::1]:port`, or `unix:/path`.
 *
 * @throws UsageError BAD_OPTION for another address or option, BAD_DURATION
 * @example
 * tcpProbe('127.0.0.1:6379', { within: '3s' })
 */
export const tcpProbe = (address: string, options: { readonly within?: Duration } = {}): Probe => {
  const target = parseAddress(address)
  if (!target)
    throw new UsageError('BAD_OPTION', `tcpProbe cannot read the address ${JSON.stringify(address)}`, {
      hint: "write 'host:port', ':port' or 'unix:/path'",
    })
  refuseUnknown('tcpProbe', options, { within: true })
  const withinMs = toMs(options.within ?? '10s', 'within')
  const describe = `connect to ${address}`
  const hint = 'is this the address the server listens on with the new config?'
  return {
    describe,
    run: async (signal) =>
      `${describe}: ${await until({ describe, withinMs, signal, hint }, (each) => knock(target, each))}`,
  }
}
