import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Clock, UsageError } from '@hotmount/core'
import { errnoOf } from '../process/errno.js'
import { targetError } from '../process/target-error.js'
import type { Connection, Credentials } from './connection.js'
import { type Issued, type Plugin, pluginOf, runPlugin } from './exec-credential.js'
import { type Context, type Entry, readContext, textOf } from './kubeconfig-file.js'

const freshMs = 60_000

const refused: Readonly<Record<string, string>> = {
  'auth-provider': 'use an exec plugin: auth providers are gone from kubectl since 1.26',
  username: 'use a token: API servers have taken no passwords since 1.19',
  as: 'bind the role to the user of the context itself',
  'as-uid': 'bind the role to the user of the context itself',
  'as-groups': 'bind the role to the user of the context itself',
  'proxy-url': 'pass a KubeConfig of @kubernetes/client-node, which can use a proxy',
}

const refuse = (entry: Entry, source: string): void => {
  const field = Object.keys(refused).find((name) => entry.fields[name] !== undefined)
  if (field === undefined) return
  throw new UsageError('BAD_OPTION', `${source}: ${field} is not supported`, { hint: refused[field] })
}

/** A PEM text that stands in the kubeconfig itself, in base64, or in a file that it names. */
const material = async ({ fields, directory }: Entry, field: string): Promise<string | undefined> => {
  const inline = textOf(fields, `${field}-data`)
  if (inline !== undefined) return Buffer.from(inline, 'base64').toString('utf8')
  const file = textOf(fields, field)
  return file === undefined ? undefined : readNamed(path.resolve(directory, file), field)
}

const readNamed = async (file: string, field: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw targetError(
      'TARGET_FORBIDDEN',
      'kubernetes',
      `kubeconfig ${field}: read ${file} (${errnoOf(error)})`,
      {
        hint: 'correct the path, or let this user read it',
        retryable: true,
      },
    )
  }
}

/** One context of a kubeconfig. Files that it names are read anew every minute, and when they are refused. */
export class Kubeconfig implements Connection {
  readonly server: URL
  readonly namespace: string
  readonly source: string
  readonly #context: Context
  readonly #clock: Clock
  readonly #plugin: Plugin | undefined
  #kept: { readonly credentials: Credentials; readonly until: number } | undefined

  private constructor(context: Context, server: URL, clock: Clock) {
    const { user, cluster } = context
    this.server = server
    this.namespace = context.namespace ?? 'default'
    this.source = `kubeconfig context ${context.name}`
    for (const entry of [user, cluster]) refuse(entry, this.source)
    const { exec } = user.fields
    this.#plugin = exec === undefined ? undefined : pluginOf(exec, user, this.source)
    this.#context = context
    this.#clock = clock
  }

  /** @throws UsageError BAD_OPTION for a file or context that is not there, or has what is not supported */
  static async open(paths: readonly string[], name: string | undefined, clock: Clock): Promise<Kubeconfig> {
    const context = await readContext(paths, name)
    const server = textOf(context.cluster.fields, 'server') ?? ''
    if (!/^https?:\/\//.test(server) || !URL.canParse(server))
      throw new UsageError(
        'BAD_OPTION',
        `kubeconfig context ${context.name}: its cluster has no server address`,
      )
    return new Kubeconfig(context, new URL(server), clock)
  }

  forget(): void {
    this.#kept = undefined
  }

  async credentials(signal: AbortSignal): Promise<Credentials> {
    const now = this.#clock.now()
    if (this.#kept && this.#kept.until > now) return this.#kept.credentials
    const { cluster, user } = this.#context
    const issued = this.#plugin && (await runPlugin(this.#plugin, signal))
    const [ca, cert, key, token] = await Promise.all([
      material(cluster, 'certificate-authority'),
      material(user, 'client-certificate'),
      material(user, 'client-key'),
      this.#token(issued),
    ])
    const isBlind = cluster.fields['insecure-skip-tls-verify'] === true
    const credentials: Credentials = {
      authorization: token === undefined ? undefined : `Bearer ${token}`,
      tls: {
        ca,
        cert: issued?.cert ?? cert,
        key: issued?.key ?? key,
        servername: textOf(cluster.fields, 'tls-server-name'),
        ...(isBlind && { rejectUnauthorized: false }),
      },
    }
    // A plugin asks a cloud or opens a vault: only when what it gave ends. A minute early, for clocks that differ.
    const issuedMs = (issued?.expires ?? Number.POSITIVE_INFINITY) - Date.now() - freshMs
    const keptMs = issued ? Math.max(issuedMs, 0) : freshMs
    this.#kept = { credentials, until: now + keptMs }
    return credentials
  }

  async #token(issued: Issued | undefined): Promise<string | undefined> {
    const { fields, directory } = this.#context.user
    if (issued?.token !== undefined) return issued.token
    const file = textOf(fields, 'tokenFile')
    if (file === undefined) return textOf(fields, 'token')
    return (await readNamed(path.resolve(directory, file), 'tokenFile')).trim()
  }
}
