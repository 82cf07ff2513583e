import { readFile } from 'node:fs/promises'
import type { ServerOptions } from 'node:https'
import { createSecureContext, Server as TlsServer } from 'node:tls'
import { type Mount, UsageError } from '@hotmount/core'
import type { Log } from '../../cli/log.js'
import { errnoOf } from '../../process/errno.js'
import { logFailure } from '../ending.js'
import { openSources, sourcesOf } from '../mounts.js'
import type { Listening, Site } from '../serve.js'
import { readWebConfig, type WebConfig, type WebTls } from './read.js'
import { Users } from './users.js'

/** Who may see the pages, and how. Follows its files: a renewed certificate needs no restart. */
export interface Security {
  readonly site: Pick<Site, 'tls' | 'headers' | 'admits'>
  /** From now on this server gets certificates that are renewed. */
  follow(server: Listening): void
  close(): Promise<void>
}

interface Read {
  readonly config: WebConfig
  readonly tls: ServerOptions | undefined
}

const contentOf = (path: string): Promise<Buffer> =>
  readFile(path).catch((error: unknown) => {
    throw new UsageError('BAD_OPTION', `--web-config-file: ${path} cannot be read (${errnoOf(error)})`)
  })

const tlsOptions = async (tls: WebTls): Promise<ServerOptions> => {
  const { certFile, keyFile, clientCaFile, clientAuth, minVersion, maxVersion } = tls
  const [cert, key, ca] = await Promise.all([
    contentOf(certFile),
    contentOf(keyFile),
    clientCaFile === undefined ? undefined : contentOf(clientCaFile),
  ])
  const options = {
    cert,
    key,
    ...(ca && { ca }),
    minVersion,
    maxVersion,
    requestCert: clientAuth !== 'NoClientCert',
    rejectUnauthorized: clientAuth === 'RequireAndVerifyClientCert',
  }
  try {
    createSecureContext(options)
  } catch (error) {
    throw new UsageError(
      'BAD_OPTION',
      `--web-config-file: ${certFile} and ${keyFile} are no pair (${errnoOf(error)})`,
    )
  }
  return options
}

const readAll = async (path: string): Promise<Read> => {
  const config = readWebConfig(await contentOf(path), path)
  return { config, tls: config.tls && (await tlsOptions(config.tls)) }
}

const filesOf = (path: string, { tls }: WebConfig): readonly string[] => [
  path,
  ...[tls?.certFile, tls?.keyFile, tls?.clientCaFile].filter((file) => file !== undefined),
]

/** What a server that listens cannot take over: other files are not watched, and who is asked for a certificate stays. */
const fixedOf = (path: string, config: WebConfig): string =>
  JSON.stringify([filesOf(path, config), config.tls?.clientAuth, Object.keys(config.users).length > 0])

/** Reads the files again when they change; what cannot be used is told, and the last good ones stay. */
const reread = async (path: string, log: Log, take: (read: Read) => void): Promise<void> => {
  try {
    take(await readAll(path))
    log({ level: 'info', msg: 'web config taken', text: `the new ${path} is in effect` })
  } catch (thrown) {
    logFailure((entry) => log({ ...entry, msg: 'web config refused' }), thrown)
  }
}

/**
 * Opens a web config.
 *
 * @throws UsageError BAD_OPTION when it cannot be read, names what is not possible, or needs a package that is missing
 */
export const openSecurity = async (path: string, log: Log): Promise<Security> => {
  let current = await readAll(path)
  const needsUsers = Object.keys(current.config.users).length > 0
  const users = needsUsers ? await Users.open() : undefined
  let server: Listening['server'] | undefined
  const take = (read: Read): void => {
    if (fixedOf(path, read.config) !== fixedOf(path, current.config))
      throw new UsageError(
        'BAD_OPTION',
        '--web-config-file: TLS or basic auth was switched on or off, or files or client_auth_type are others',
        { hint: 'restart the container for that' },
      )
    current = read
    if (read.tls && server instanceof TlsServer) server.setSecureContext(read.tls)
  }
  const sources = sourcesOf(filesOf(path, current.config))
  const { mount }: { mount: Mount } = await openSources(sources, {}, undefined, (error) =>
    logFailure(log, error),
  )
  // One after the other: what was read first must not come last.
  let work = Promise.resolve()
  mount.on('change', () => {
    work = work.then(() => reread(path, log, take))
  })
  try {
    // What came between the first reading and the watch is told by no change.
    take(await readAll(path))
  } catch (error) {
    await mount.close()
    throw error
  }
  return {
    site: {
      tls: current.tls,
      headers: () => current.config.headers,
      admits: users && ((request) => users.admits(request, current.config.users)),
    },
    follow: (listening) => {
      server = listening.server
    },
    close: () => mount.close(),
  }
}
