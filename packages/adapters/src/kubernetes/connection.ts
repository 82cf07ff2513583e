import type { Agent } from 'node:http'

/** What proves to the API server who asks, and to us who answers. PEM texts. */
export interface Credentials {
  readonly authorization: string | undefined
  readonly tls: {
    readonly ca?: string | Buffer | undefined
    readonly cert?: string | Buffer | undefined
    readonly key?: string | Buffer | undefined
    readonly servername?: string | undefined
    readonly rejectUnauthorized?: boolean | undefined
  }
  /** A connection pool that somebody else has set up, with a proxy for example. */
  readonly agent?: Agent | undefined
}

/** One way to reach an API server. */
export interface Connection {
  readonly server: URL
  /** Of objects that are named without one. */
  readonly namespace: string
  /** Where it was read, for messages: 'the ServiceAccount of this pod', 'kubeconfig /home/me/.kube/config'. */
  readonly source: string
  /** Forgets what it has read and kept: it was refused. */
  forget(): void
  /** As they are now. Files are read anew, so that a rotated token needs no restart. */
  credentials(signal: AbortSignal): Promise<Credentials>
}
