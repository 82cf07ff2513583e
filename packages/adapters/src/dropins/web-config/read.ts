import { validateHeaderValue } from 'node:http'
import { dirname, resolve } from 'node:path'
import { UsageError } from '@hotmount/core'
import { ParseFailure } from '../../formats/parser.js'
import { yaml } from '../../formats/yaml.js'

/** How clients prove who they are. */
export type ClientAuth = 'NoClientCert' | 'RequestClientCert' | 'RequireAndVerifyClientCert'

type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'

/** The TLS part of a web config. Paths are absolute. */
export interface WebTls {
  readonly certFile: string
  readonly keyFile: string
  readonly clientCaFile: string | undefined
  readonly clientAuth: ClientAuth
  readonly minVersion: TlsVersion
  readonly maxVersion: TlsVersion
}

/** A web config as exporters have it, as far as it is possible here. */
export interface WebConfig {
  readonly tls: WebTls | undefined
  readonly headers: Readonly<Record<string, string>>
  /** bcrypt hashes by name. */
  readonly users: Readonly<Record<string, string>>
}

type Section = Readonly<Record<string, unknown>>

const versions: Readonly<Record<string, TlsVersion>> = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
}
const clientAuths: readonly ClientAuth[] = ['NoClientCert', 'RequestClientCert', 'RequireAndVerifyClientCert']
const tlsNames =
  'cert_file key_file client_ca_file client_auth_type min_version max_version prefer_server_cipher_suites'
const headerNames =
  'Strict-Transport-Security X-Content-Type-Options X-Frame-Options X-XSS-Protection Content-Security-Policy'

const refused = (what: string, hint?: string): UsageError =>
  new UsageError('BAD_OPTION', `--web-config-file: ${what}`, { hint })

/** A map with no other names than these. */
const sectionOf = (value: unknown, name: string, known: string | undefined): Section => {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw refused(`${name} is no map`)
  const names = known?.split(' ')
  const strange = Object.keys(value).filter((each) => names && !names.includes(each))
  if (strange.length > 0)
    throw refused(`${name}: not possible here: ${strange.join(', ')}`, `possible are: ${names?.join(', ')}`)
  return Object.fromEntries(Object.entries(value))
}

const textsOf = (section: Section, name: string): Readonly<Record<string, string>> => {
  const texts: Record<string, string> = {}
  for (const [key, value] of Object.entries(section)) {
    if (typeof value !== 'string' || value === '') throw refused(`${name}.${key} is no text`)
    texts[key] = value
  }
  return texts
}

const versionOf = (text: string | undefined, fallback: TlsVersion, name: string): TlsVersion => {
  if (text === undefined) return fallback
  const version = Object.hasOwn(versions, text) ? versions[text] : undefined
  if (version) return version
  throw refused(`tls_server_config.${name} is none`, `there are: ${Object.keys(versions).join(', ')}`)
}

const tlsOf = (value: unknown, directory: string): WebTls | undefined => {
  if (value === undefined || value === null) return undefined
  const { prefer_server_cipher_suites: _isServersChoice, ...rest } = sectionOf(
    value,
    'tls_server_config',
    tlsNames,
  )
  const texts = textsOf(rest, 'tls_server_config')
  const { cert_file: certFile, key_file: keyFile, client_ca_file: clientCa } = texts
  if (certFile === undefined || keyFile === undefined)
    throw refused('tls_server_config: cert_file and key_file are both needed')
  const auth = texts['client_auth_type'] ?? 'NoClientCert'
  const clientAuth = clientAuths.find((each) => each === auth)
  if (clientAuth === undefined)
    throw refused(
      'tls_server_config.client_auth_type: not possible here',
      `possible are: ${clientAuths.join(', ')}`,
    )
  if (clientAuth === 'RequireAndVerifyClientCert' && clientCa === undefined)
    throw refused('tls_server_config: client_ca_file is needed to verify certificates of clients')
  return {
    certFile: resolve(directory, certFile),
    keyFile: resolve(directory, keyFile),
    clientCaFile: clientCa === undefined ? undefined : resolve(directory, clientCa),
    clientAuth,
    minVersion: versionOf(texts['min_version'], 'TLSv1.2', 'min_version'),
    maxVersion: versionOf(texts['max_version'], 'TLSv1.3', 'max_version'),
  }
}

const isSendable = (name: string, value: string): boolean => {
  try {
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}

/** One that cannot be sent would fail every answer, and there it is too late to say so. */
const headersOf = (value: unknown): Readonly<Record<string, string>> => {
  const name = 'http_server_config.headers'
  const headers = textsOf(sectionOf(value, name, headerNames), name)
  const bad = Object.entries(headers).filter(([each, text]) => !isSendable(each, text))
  if (bad.length === 0) return headers
  throw refused(`${name}: ${bad.map(([each]) => each).join(', ')} cannot be sent`, 'one line of plain text')
}

const isBcrypt = (hash: string): boolean => /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/.test(hash)

const usersOf = (value: unknown): Readonly<Record<string, string>> => {
  const users = textsOf(sectionOf(value, 'basic_auth_users', undefined), 'basic_auth_users')
  const bad = Object.entries(users).filter(([, hash]) => !isBcrypt(hash))
  if (bad.length === 0) return users
  throw refused(
    `basic_auth_users: no bcrypt hash for ${bad.map(([name]) => name).join(', ')}`,
    'make one with: htpasswd -nBC 10 NAME',
  )
}

/**
 * Reads a web config. What is not possible here is refused by its name: nothing is left open by being overlooked.
 *
 * @throws UsageError BAD_OPTION; it quotes no value
 */
export const readWebConfig = (bytes: Uint8Array, path: string): WebConfig => {
  let parsed: unknown
  try {
    parsed = yaml().parse(bytes)
  } catch (error) {
    throw refused(`${path} is no YAML${error instanceof ParseFailure ? `: ${error.message}` : ''}`)
  }
  const whole = sectionOf(parsed, path, 'tls_server_config http_server_config basic_auth_users')
  // HTTP/2 is an offer: a client that is answered by HTTP/1.1 goes on with that.
  const server = sectionOf(whole['http_server_config'], 'http_server_config', 'http2 headers')
  return {
    tls: tlsOf(whole['tls_server_config'], dirname(resolve(path))),
    headers: headersOf(server['headers']),
    users: usersOf(whole['basic_auth_users']),
  }
}
