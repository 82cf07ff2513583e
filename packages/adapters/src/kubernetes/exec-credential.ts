import { execFile } from 'node:child_process'
import { UsageError } from '@hotmount/core'
import { errnoOf } from '../process/errno.js'
import { targetError } from '../process/target-error.js'
import { type Entry, textOf } from './kubeconfig-file.js'

/** What a credential plugin gave. */
export interface Issued {
  readonly token: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  /** Milliseconds since 1970; undefined when it does not end. */
  readonly expires: number | undefined
}

/** How a credential plugin of a kubeconfig is run. */
export interface Plugin {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly apiVersion: string
}

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Reads `user.exec`. @throws UsageError BAD_OPTION */
export const pluginOf = (exec: unknown, { directory }: Entry, source: string): Plugin => {
  const fields = isFields(exec) ? exec : {}
  const command = textOf(fields, 'command')
  const apiVersion = textOf(fields, 'apiVersion') ?? ''
  if (command === undefined || !/^client\.authentication\.k8s\.io\/v1(beta1)?$/.test(apiVersion))
    throw new UsageError(
      'BAD_OPTION',
      `${source}: user.exec has no command, or an apiVersion that is not known`,
      {
        hint: 'client.authentication.k8s.io/v1 and v1beta1 are known',
      },
    )
  if (fields['interactiveMode'] === 'Always')
    throw new UsageError('BAD_OPTION', `${source}: user.exec ${command} wants to ask a person`, {
      hint: 'sign in with kubectl first, or use a token',
    })
  const env = listOf(fields['env']).flatMap((each) => {
    const [name, value] = isFields(each) ? [textOf(each, 'name'), each['value']] : []
    return name === undefined ? [] : [[name, String(value)] as const]
  })
  return {
    // As kubectl has it: a path with a slash is relative to the file, a bare name is looked up in PATH.
    command: /^\.{1,2}\//.test(command) ? `${directory}/${command}` : command,
    args: listOf(fields['args']).map(String),
    env: Object.fromEntries(env),
    apiVersion,
  }
}

const limitMs = 60_000

const stdoutOf = ({ command, args, env, apiVersion }: Plugin, signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    const info = JSON.stringify({ apiVersion, kind: 'ExecCredential', spec: { interactive: false } })
    // oxlint-disable-next-line node/no-process-env -- a plugin inherits the environment, as from kubectl
    const inherited = { ...process.env, ...env, KUBERNETES_EXEC_INFO: info }
    execFile(
      command,
      [...args],
      { env: inherited, signal, timeout: limitMs, maxBuffer: 1024 * 1024 },
      (error, stdout) => {
        if (error === null) resolve(stdout)
        // Its message holds the command line, and arguments may be secret.
        else reject(Object.assign(new Error('failed'), { code: errnoOf(error) }))
      },
    ).stdin?.end()
  })

/**
 * Runs a credential plugin. Its output is a secret and is never shown, not even when it fails.
 *
 * @throws ReactionError TARGET_FORBIDDEN
 */
export const runPlugin = async (plugin: Plugin, signal: AbortSignal): Promise<Issued> => {
  const failed = (why: string): Error =>
    targetError('TARGET_FORBIDDEN', 'kubernetes', `credential plugin ${plugin.command} ${why}`, {
      hint: 'run it by hand to see what it says; its output is not shown here',
      retryable: true,
    })
  let status: unknown
  try {
    const given = JSON.parse(await stdoutOf(plugin, signal)) as unknown
    status = isFields(given) ? given['status'] : undefined
  } catch (error) {
    signal.throwIfAborted()
    throw failed(error instanceof SyntaxError ? 'printed no JSON' : `failed (${errnoOf(error)})`)
  }
  if (!isFields(status)) throw failed('printed no ExecCredential with a status')
  const [token, cert, key] = ['token', 'clientCertificateData', 'clientKeyData'].map((name) =>
    textOf(status, name),
  )
  if (token === undefined && (cert === undefined || key === undefined))
    throw failed('gave neither token nor certificate')
  const expires = Date.parse(textOf(status, 'expirationTimestamp') ?? '')
  return { token, cert, key, expires: Number.isNaN(expires) ? undefined : expires }
}
