import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '@hotmount/core'
import { errnoOf } from '../process/errno.js'
import { targetError } from '../process/target-error.js'
import type { Connection, Credentials } from './connection.js'

/** Where the kubelet puts what a pod needs to talk to its API server. */
export const serviceAccountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount'

/** What tells a pod where its API server is. */
export interface PodPlace {
  readonly directory: string
  readonly env: NodeJS.ProcessEnv
}

/** Whether this process runs in a pod that has a ServiceAccount mounted. */
export const isInCluster = ({ directory, env }: PodPlace): boolean =>
  (env['KUBERNETES_SERVICE_HOST'] ?? '') !== '' && existsSync(path.join(directory, 'token'))

// The kubelet renews a token at 80 % of its life, at least an hour: a minute late is early enough.
const freshMs = 60_000

const read = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw targetError('TARGET_FORBIDDEN', 'kubernetes', `read ${file} (${errnoOf(error)})`, {
      hint: 'set automountServiceAccountToken: true, and fsGroup or runAsUser so that it may be read',
      retryable: true,
      origin: error,
    })
  }
}

/** The ServiceAccount of this pod. Token and authority are read anew every minute, and when they are refused. */
export class InCluster implements Connection {
  readonly server: URL
  readonly namespace: string
  readonly source = 'the ServiceAccount of this pod'
  readonly #directory: string
  readonly #clock: Clock
  #kept: { readonly credentials: Credentials; readonly until: number } | undefined

  private constructor(server: URL, namespace: string, directory: string, clock: Clock) {
    this.server = server
    this.namespace = namespace
    this.#directory = directory
    this.#clock = clock
  }

  /** @throws ReactionError TARGET_FORBIDDEN when there is no ServiceAccount to be read */
  static async open({ directory, env }: PodPlace, clock: Clock): Promise<InCluster> {
    const host = env['KUBERNETES_SERVICE_HOST'] ?? 'kubernetes.default.svc'
    const port = env['KUBERNETES_SERVICE_PORT'] ?? '443'
    const server = new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`)
    const namespace = (await read(path.join(directory, 'namespace'))).trim()
    return new InCluster(server, namespace, directory, clock)
  }

  forget(): void {
    this.#kept = undefined
  }

  async credentials(): Promise<Credentials> {
    if (this.#kept && this.#kept.until > this.#clock.now()) return this.#kept.credentials
    const [token, ca] = await Promise.all([
      read(path.join(this.#directory, 'token')),
      read(path.join(this.#directory, 'ca.crt')),
    ])
    const credentials = { authorization: `Bearer ${token.trim()}`, tls: { ca } }
    this.#kept = { credentials, until: this.#clock.now() + freshMs }
    return credentials
  }
}
