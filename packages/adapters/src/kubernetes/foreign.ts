import type { Agent } from 'node:http'
import { UsageError } from '@hotmount/core'
import { targetError } from '../process/target-error.js'
import type { Connection, Credentials } from './connection.js'

/** What is needed of a `KubeConfig` of `@kubernetes/client-node`, version 1: no import of it, only its shape. */
export interface KubeConfigLike {
  readonly currentContext: string
  getCurrentCluster(): { readonly server: string } | null
  getContextObject(name: string): { readonly namespace?: string } | null
  /** Puts headers, certificates and a connection pool into the options of a request. */
  applyToHTTPSOptions(options: object): Promise<void>
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** A connection that somebody else's KubeConfig knows how to make. */
export class Foreign implements Connection {
  readonly server: URL
  readonly namespace: string
  readonly source: string
  readonly #config: KubeConfigLike

  /** @throws UsageError BAD_OPTION when it has no current cluster */
  constructor(config: KubeConfigLike) {
    const server = config.getCurrentCluster()?.server ?? ''
    if (!URL.canParse(server))
      throw new UsageError(
        'BAD_OPTION',
        'kubeconfig: the KubeConfig that was passed has no current cluster',
        {
          hint: 'call its loadFromDefault(), loadFromCluster() or loadFromFile() first',
        },
      )
    this.server = new URL(server)
    this.namespace = config.getContextObject(config.currentContext)?.namespace ?? 'default'
    this.source = `KubeConfig context ${config.currentContext}`
    this.#config = config
  }

  // It keeps what it keeps.
  forget(): void {}

  async credentials(): Promise<Credentials> {
    const options: {
      headers?: Readonly<Record<string, unknown>>
      auth?: unknown
      agent?: Agent
      ca?: string | Buffer
      cert?: string | Buffer
      key?: string | Buffer
      servername?: string
      rejectUnauthorized?: boolean
    } = { headers: {} }
    try {
      await this.#config.applyToHTTPSOptions(options)
    } catch (error) {
      throw targetError('TARGET_FORBIDDEN', 'kubernetes', `${this.source} gave no credentials`, {
        hint: 'see error.origin, with care: it may quote a credential',
        retryable: true,
        origin: error,
      })
    }
    const { auth, ca, cert, key, servername, rejectUnauthorized } = options
    const named = options.headers?.['Authorization'] ?? options.headers?.['authorization']
    const basic = isText(auth) ? `Basic ${Buffer.from(auth).toString('base64')}` : undefined
    // Its pool is made anew for each request; one that only carries certificates is better made once, here.
    const agent = isProxy(options.agent) ? options.agent : undefined
    return {
      authorization: isText(named) ? named : basic,
      tls: { ca, cert, key, servername, ...(rejectUnauthorized === false && { rejectUnauthorized }) },
      agent,
    }
  }
}

const isProxy = (agent: Agent | undefined): boolean => agent !== undefined && 'proxy' in agent
