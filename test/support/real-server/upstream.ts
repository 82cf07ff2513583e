import { systemClock } from '@hotmount/core'
import { inject } from 'vitest'
import { Kubeconfig } from '../../../packages/adapters/src/kubernetes/kubeconfig.js'

/** Where a real API server is, and what proves who asks it. */
export interface Upstream {
  readonly server: string
  readonly authorization: string | undefined
  readonly tls: {
    readonly ca?: string | undefined
    readonly cert?: string | undefined
    readonly key?: string | undefined
    readonly servername?: string | undefined
    readonly rejectUnauthorized?: boolean | undefined
  }
}

/** The kubeconfig of a real API server to test on; null: the double is tested on. */
export const realKubeconfig: string | null = inject('kubeconfig')

/** Whether it is a real API server that is tested on. */
export const isReal = realKubeconfig !== null

const text = (pem: string | Buffer | undefined): string | undefined => pem?.toString()

/** @throws UsageError for a kubeconfig that cannot be used */
export const upstreamOf = async (kubeconfig: string): Promise<Upstream> => {
  const connection = await Kubeconfig.open([kubeconfig], undefined, systemClock)
  const { authorization, tls } = await connection.credentials(new AbortController().signal)
  const { ca, cert, key, servername, rejectUnauthorized } = tls
  return {
    server: connection.server.href,
    authorization,
    tls: { ca: text(ca), cert: text(cert), key: text(key), servername, rejectUnauthorized },
  }
}
