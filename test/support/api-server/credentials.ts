import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Access } from './access.js'
import type { Door } from './door.js'

/** A server that tokens are for. */
export type Known = Pick<Door, 'url' | 'tls'> & { readonly access: Pick<Access, 'rotate' | 'tokenOf'> }

/** A directory like the one that a kubelet mounts, and the variables that lead to the server. */
export interface ServiceAccount {
  readonly directory: string
  readonly env: NodeJS.ProcessEnv
  /** Gives the server a new token for this user; `write: false` leaves the file as it is. */
  rotate(options?: { readonly write?: boolean }): void
}

/** Needs a server with TLS: a pod knows no other. */
export const serviceAccountOf = (
  server: Known,
  directory: string,
  user = 'system:serviceaccount:default:default',
): ServiceAccount => {
  const write = (name: string, text: string): void => writeFileSync(path.join(directory, name), text)
  mkdirSync(directory, { recursive: true })
  write('token', server.access.tokenOf(user))
  write('ca.crt', server.tls?.ca ?? '')
  write('namespace', /^system:serviceaccount:([^:]+):/.exec(user)?.[1] ?? 'default')
  const { hostname, port } = new URL(server.url)
  return {
    directory,
    env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
    rotate: ({ write: isWritten = true } = {}) => {
      const token = server.access.rotate(user)
      if (isWritten) write('token', token)
    },
  }
}

/** Writes a kubeconfig for a user, who may do anything unless told otherwise before. */
export const kubeconfigOf = (server: Known, file: string, user = 'admin', namespace = 'default'): string => {
  const ca = server.tls && Buffer.from(server.tls.ca).toString('base64')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'double', user, namespace } }],
    clusters: [
      {
        name: 'double',
        cluster: { server: server.url, ...(ca !== undefined && { 'certificate-authority-data': ca }) },
      },
    ],
    users: [{ name: user, user: { token: server.access.tokenOf(user) } }],
  }
  // JSON is YAML, too.
  writeFileSync(file, JSON.stringify(config))
  return file
}
