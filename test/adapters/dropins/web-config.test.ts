import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type RequestOptions, request } from 'node:https'
import { join } from 'node:path'
import { type PeerCertificate, type TLSSocket } from 'node:tls'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { readWebConfig } from '../../../packages/adapters/src/dropins/web-config/read.js'
import { loginOf, Users } from '../../../packages/adapters/src/dropins/web-config/users.js'
import { authority } from '../../support/certificates.js'
import { freePort } from '../../support/free-port.js'
import { describeWith } from '../../support/servers.js'
import { directory } from '../../support/mounted.js'
import { begin, finish, volume } from '../cli/support.js'

/** bcrypt of `opensesame`. */
const hash = '$2b$10$3NOojDpfMHyKzhrGmgbae.6OcKwatqzk4QVLYg/uS.pO456vBgbTG'

const read = (text: string) => readWebConfig(Buffer.from(text), '/etc/web/config.yml')

describe('a web config', () => {
  it('names files beside itself, versions, users and headers', () => {
    const config = read(`
tls_server_config: { cert_file: tls.crt, key_file: /run/tls.key, min_version: TLS13, prefer_server_cipher_suites: true }
http_server_config: { http2: false, headers: { X-Frame-Options: deny } }
basic_auth_users: { ada: ${hash} }
`)
    expect(config).toEqual({
      tls: {
        certFile: '/etc/web/tls.crt',
        keyFile: '/run/tls.key',
        clientCaFile: undefined,
        clientAuth: 'NoClientCert',
        minVersion: 'TLSv1.3',
        maxVersion: 'TLSv1.3',
      },
      headers: { 'X-Frame-Options': 'deny' },
      users: { ada: hash },
    })
  })
  it('may be empty', () => {
    expect(read('')).toEqual({ tls: undefined, headers: {}, users: {} })
  })
  it.each<[what: string, text: string, message: RegExp]>([
    ['no YAML', 'a: [swordfish', /config\.yml is no YAML: BAD_\w+ at line 1/],
    ['a list', '[]', /config\.yml is no map$/],
    ['an unknown part', 'rate_limit: {}', /not possible here: rate_limit$/],
    [
      'cipher suites',
      'tls_server_config: { cert_file: a, key_file: b, cipher_suites: [x] }',
      /tls_server_config: not possible here: cipher_suites$/,
    ],
    [
      'names of clients',
      'tls_server_config: { cert_file: a, key_file: b, client_allowed_sans: [x] }',
      /not possible here: client_allowed_sans$/,
    ],
    ['half a pair', 'tls_server_config: { cert_file: a }', /cert_file and key_file are both needed$/],
    [
      'a kind of proof',
      'tls_server_config: { cert_file: a, key_file: b, client_auth_type: RequireAnyClientCert }',
      /client_auth_type: not possible here$/,
    ],
    [
      'proof without a CA',
      'tls_server_config: { cert_file: a, key_file: b, client_auth_type: RequireAndVerifyClientCert }',
      /client_ca_file is needed/,
    ],
    [
      'a version',
      'tls_server_config: { cert_file: a, key_file: b, min_version: SSL3 }',
      /min_version is none$/,
    ],
    [
      'a header',
      'http_server_config: { headers: { X-Powered-By: x } }',
      /headers: not possible here: X-Powered-By$/,
    ],
    [
      'a header that cannot be sent',
      'http_server_config: { headers: { X-Frame-Options: "sword\\nfish" } }',
      /headers: X-Frame-Options cannot be sent$/,
    ],
    ['a plain password', 'basic_auth_users: { ada: swordfish }', /no bcrypt hash for ada$/],
    ['a number', 'basic_auth_users: { ada: 1 }', /basic_auth_users\.ada is no text$/],
  ])('is refused for %s, by name', (_, text, message) => {
    expect(() => read(text)).toThrow(message)
    expect(() => read(text)).not.toThrow(/swordfish/)
  })
})

const login = (user: string, password: string) => ({
  headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
})

describe('users', () => {
  it('are admitted with the right password only', async () => {
    const users = await Users.open()
    const asked = [
      login('ada', 'opensesame'),
      login('ada', 'opensesame'),
      login('ada', 'opensesam'),
      login('bob', 'opensesame'),
      login('toString', 'x'),
      { headers: {} },
      { headers: { authorization: 'Bearer x' } },
    ]
    const admitted: boolean[] = []
    for (const each of asked) admitted.push(await users.admits(each, { ada: hash }))
    expect(admitted).toEqual([true, true, false, false, false, false, false])
    await expect(users.admits(login('ada', 'opensesame'), {})).resolves.toBe(false)
  })
  it('may have a colon in a password', () => {
    expect(loginOf(login('ada', 'a:b').headers.authorization)).toEqual(['ada', 'a:b'])
  })
})

interface Seen {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly certificate: PeerCertificate
}

const ask = (port: number, path: string, options: RequestOptions): Promise<Seen> =>
  new Promise((resolve, reject) => {
    request(
      { host: '127.0.0.1', servername: 'localhost', port, path, agent: false, ...options },
      (response) => {
        const certificate = (response.socket as TLSSocket).getPeerCertificate()
        response
          .resume()
          .on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, certificate }),
          )
      },
    )
      .on('error', reject)
      .end()
  })

/** The reloader with this web config, and nothing to reload. */
const serving = async (config: string, files: Readonly<Record<string, string>>) => {
  const place = await directory()
  const put = (name: string, text: string): void => {
    writeFileSync(join(place, `${name}.new`), text)
    renameSync(join(place, `${name}.new`), join(place, name))
  }
  for (const [name, text] of Object.entries(files)) put(name, text)
  put('web.yml', config)
  const [port, { path }] = [await freePort(), await volume({ a: 'b' })]
  const session = begin([
    `--watched-dir=${path}`,
    `--listen-address=127.0.0.1:${port}`,
    `--web-config-file=${join(place, 'web.yml')}`,
    '--reload-url=http://127.0.0.1:1/',
  ])
  onTestFinished(async () => {
    session.stop()
    await session.code
  })
  await vi.waitFor(() => expect(session.err()).toContain('msg=listening'), 5000)
  return { port, put, session }
}

describeWith('openssl', '--web-config-file', () => {
  it('gives TLS and basic auth, and follows renewed certificates and users', async () => {
    const own = authority()
    const [first, second] = [own.issue('localhost'), own.issue('localhost')]
    const tls = 'tls_server_config: { cert_file: tls.crt, key_file: tls.key }\n'
    const { port, put, session } = await serving(
      `${tls}http_server_config: { headers: { X-Frame-Options: deny } }\nbasic_auth_users: { ada: ${hash} }\n`,
      { 'tls.crt': first.pem.cert, 'tls.key': first.pem.key },
    )
    const trusted = { ca: own.pem.cert }
    const [anonymous, known] = [
      await ask(port, '/metrics', trusted),
      await ask(port, '/metrics', { ...trusted, auth: 'ada:opensesame' }),
    ]
    expect(anonymous).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Basic', 'x-frame-options': 'deny' },
    })
    expect(known.status).toBe(200)
    put('tls.crt', second.pem.cert)
    put('tls.key', second.pem.key)
    await vi.waitFor(async () => {
      const { certificate } = await ask(port, '/healthz', { ...trusted, auth: 'ada:opensesame' })
      expect(certificate.fingerprint256).not.toBe(known.certificate.fingerprint256)
    }, 5000)
    put('web.yml', `${tls}basic_auth_users: { bob: ${hash} }\n`)
    await vi.waitFor(async () => {
      expect((await ask(port, '/healthz', { ...trusted, auth: 'bob:opensesame' })).status).toBe(200)
    }, 5000)
    expect((await ask(port, '/healthz', { ...trusted, auth: 'ada:opensesame' })).status).toBe(401)
    put('web.yml', 'basic_auth_users: { bob: swordfish }\n')
    await vi.waitFor(() => expect(session.err()).toContain('msg="web config refused"'), 5000)
    expect((await ask(port, '/healthz', { ...trusted, auth: 'bob:opensesame' })).status).toBe(200)
    expect(session.err()).not.toMatch(/swordfish|opensesame|\$2b/)
  })
  it('asks clients for certificates', async () => {
    const own = authority()
    const [server, client] = [own.issue('localhost'), own.issue('prometheus')]
    const { port } = await serving(
      'tls_server_config: { cert_file: tls.crt, key_file: tls.key, client_ca_file: ca.crt, client_auth_type: RequireAndVerifyClientCert }\n',
      { 'tls.crt': server.pem.cert, 'tls.key': server.pem.key, 'ca.crt': readFileSync(own.cert, 'utf8') },
    )
    await expect(ask(port, '/metrics', { ca: own.pem.cert })).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:ERR_SSL|ECONNRESET|EPIPE)/) as string,
    })
    const { cert, key } = client.pem
    await expect(ask(port, '/metrics', { ca: own.pem.cert, cert, key })).resolves.toMatchObject({
      status: 200,
    })
  })
  it('does not take for granted what needs a new start: who must prove himself, and which files', async () => {
    const own = authority()
    const [first, second] = [own.issue('localhost'), own.issue('localhost')]
    const open = 'tls_server_config: { cert_file: tls.crt, key_file: tls.key }\n'
    const { port, put, session } = await serving(open, {
      'tls.crt': first.pem.cert,
      'tls.key': first.pem.key,
      'other.crt': second.pem.cert,
      'other.key': second.pem.key,
      'ca.crt': readFileSync(own.cert, 'utf8'),
    })
    const refusals = (): number => session.err().split('msg="web config refused"').length - 1
    put(
      'web.yml',
      'tls_server_config: { cert_file: tls.crt, key_file: tls.key, client_ca_file: ca.crt, client_auth_type: RequireAndVerifyClientCert }\n',
    )
    await vi.waitFor(() => expect(session.err()).toMatch(/msg="web config (?:refused|taken)"/), 5000)
    expect(refusals()).toBe(1)
    put('web.yml', 'tls_server_config: { cert_file: other.crt, key_file: other.key }\n')
    await vi.waitFor(() => expect(refusals()).toBe(2), 5000)
    await expect(ask(port, '/metrics', { ca: own.pem.cert })).resolves.toMatchObject({ status: 200 })
  })
  it('ends with 2 when certificate and key are no pair', async () => {
    const own = authority()
    const place = await directory()
    writeFileSync(join(place, 'tls.crt'), own.issue('localhost').pem.cert)
    writeFileSync(join(place, 'tls.key'), own.pem.key)
    writeFileSync(join(place, 'web.yml'), 'tls_server_config: { cert_file: tls.crt, key_file: tls.key }\n')
    const ended = await finish(['prometheus-config-reloader', `--web-config-file=${place}/web.yml`])
    expect(ended.code).toBe(2)
    expect(ended.err).toMatch(/tls\.crt and \S+tls\.key are no pair \(ERR_OSSL/)
  })
})
