import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type KubeConfigLike, kubeClient, resources } from '@hotmount/adapters/kubernetes'
import { fakeClock } from '@hotmount/core/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { configMap } from '../../support/api-server/objects.js'
import { apiServer, serviceAccount, type Server } from '../../support/api-server/start.js'
import { directory } from '../../support/mounted.js'

const withApp = async (tls = true): Promise<Server> => {
  const server = await apiServer({ tls })
  server.access.grant('me')
  server.store.create('configmaps', configMap('app', {}, 'web'))
  server.store.create('configmaps', configMap('app', {}))
  return server
}

interface Config {
  readonly user?: object
  readonly cluster?: object
  readonly context?: object
}
const configOf = (server: Server, { user, cluster, context }: Config = {}): object => ({
  'current-context': 'here',
  contexts: [
    { name: 'here', context: { cluster: 'c', user: 'u', namespace: 'web', ...context } },
    { name: 'there', context: { cluster: 'gone', user: 'u' } },
  ],
  clusters: [
    {
      name: 'c',
      cluster: {
        server: server.url,
        'certificate-authority-data': Buffer.from(server.tls?.ca ?? '').toString('base64'),
        ...cluster,
      },
    },
  ],
  users: [{ name: 'u', user: user ?? { token: server.access.tokenOf('me') } }],
})

const write = async (name: string, text: string | object): Promise<string> => {
  const file = path.join(await directory(), name)
  writeFileSync(file, typeof text === 'string' ? text : JSON.stringify(text))
  return file
}

const reads = async (options: Parameters<typeof kubeClient>[0]): Promise<string> => {
  const client = await kubeClient(options)
  onTestFinished(() => client.close())
  const { metadata } = await client.get(resources.configMaps, { name: 'app' })
  return `${metadata.namespace}/${metadata.name}`
}

describe('in a cluster', () => {
  it('takes token, authority and namespace from the ServiceAccount', async () => {
    const server = await withApp()
    const { directory: mounted, env } = await serviceAccount(server, 'system:serviceaccount:web:shop')
    expect(await reads({ serviceAccount: mounted, env })).toBe('web/app')
  })
  it('reads a rotated token when the old one is refused, and every minute', async () => {
    const server = await withApp()
    const account = await serviceAccount(server, 'system:serviceaccount:web:shop')
    const clock = fakeClock()
    const client = await kubeClient({ serviceAccount: account.directory, env: account.env, clock })
    const get = () => client.get(resources.configMaps, { name: 'app' })
    await get()
    account.rotate()
    await get()
    expect(server.counts.of('get configmaps')).toBe(3)
    account.rotate()
    await clock.advance(60_001)
    await get()
    expect(server.counts.of('get configmaps')).toBe(4)
    account.rotate({ write: false })
    await expect(get()).rejects.toMatchObject({ status: 401, code: 'TARGET_FORBIDDEN', retryable: true })
  })
  it('says what is missing', async () => {
    const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' }
    const empty = await directory()
    writeFileSync(path.join(empty, 'token'), 'x')
    await expect(kubeClient({ serviceAccount: empty, env })).rejects.toMatchObject({
      code: 'TARGET_FORBIDDEN',
      hint: expect.stringContaining('automountServiceAccountToken') as string,
    })
  })
})

describe('a kubeconfig', () => {
  it('is found by KUBECONFIG; of several files, the first that names a thing counts', async () => {
    const server = await withApp()
    const first = await write('first', { 'current-context': 'here' })
    const second = await write('second', configOf(server))
    expect(await reads({ env: { KUBECONFIG: `${first}${path.delimiter}${second}` } })).toBe('web/app')
  })
  it('takes a path, a context and a namespace', async () => {
    const server = await withApp()
    const kubeconfig = await write('config', configOf(server))
    expect(await reads({ kubeconfig, context: 'here', namespace: 'default' })).toBe('default/app')
    await expect(kubeClient({ kubeconfig, context: 'there' })).rejects.toThrow(/has no cluster gone/)
    await expect(kubeClient({ kubeconfig, context: 'no' })).rejects.toMatchObject({
      hint: 'there are: here, there',
    })
  })
  it('names files beside itself, and reads them anew', async () => {
    const server = await withApp()
    const folder = await directory()
    writeFileSync(path.join(folder, 'ca.crt'), server.tls?.ca ?? '')
    writeFileSync(path.join(folder, 'token'), `${server.access.tokenOf('me')}\n`)
    const cluster = { 'certificate-authority-data': '', 'certificate-authority': 'ca.crt' }
    const kubeconfig = path.join(folder, 'config')
    writeFileSync(kubeconfig, JSON.stringify(configOf(server, { cluster, user: { tokenFile: 'token' } })))
    const client = await kubeClient({ kubeconfig })
    await client.get(resources.configMaps, { name: 'app' })
    writeFileSync(path.join(folder, 'token'), server.access.rotate('me'))
    expect((await client.get(resources.configMaps, { name: 'app' })).metadata.namespace).toBe('web')
  })
  it('runs a credential plugin, once for as long as its token lasts', async () => {
    const server = await withApp()
    const expirationTimestamp = new Date(Date.now() + 600_000).toISOString()
    const token = server.access.tokenOf('me')
    const status = { token, expirationTimestamp }
    const folder = await directory()
    const plugin = path.join(folder, 'plugin')
    const credential = JSON.stringify({ kind: 'ExecCredential', status })
    writeFileSync(
      plugin,
      `#!/bin/sh\necho run >> "$LOG"\ntest -n "$KUBERNETES_EXEC_INFO" && echo '${credential}'\n`,
    )
    chmodSync(plugin, 0o755)
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: './plugin',
      env: [{ name: 'LOG', value: path.join(folder, 'log') }],
    }
    const kubeconfig = path.join(folder, 'config')
    writeFileSync(kubeconfig, JSON.stringify(configOf(server, { user: { exec } })))
    const client = await kubeClient({ kubeconfig })
    for (let n = 0; n < 3; n += 1) await client.get(resources.configMaps, { name: 'app' })
    expect(readFileSync(path.join(folder, 'log'), 'utf8')).toBe('run\n')
  })
  it.each<[what: string, script: string, message: RegExp]>([
    ['fails', 'echo hunter2 >&2; exit 1', /failed/],
    ['prints no JSON', 'echo hunter2', /printed no JSON/],
    ['prints something else', 'echo \'{"hunter2":1}\'', /no ExecCredential/],
    ['gives nothing', 'echo \'{"status":{}}\'', /neither token nor certificate/],
  ])('says that a plugin %s, and not what it printed', async (_what, script, message) => {
    const server = await withApp()
    const command = await write('plugin', `#!/bin/sh\n${script}\n`)
    chmodSync(command, 0o755)
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1beta1',
      command,
      args: ['--password', 'hunter2'],
    }
    const kubeconfig = await write('config', configOf(server, { user: { exec } }))
    const error: unknown = await reads({ kubeconfig }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'TARGET_FORBIDDEN' })
    expect((error as Error).message).toMatch(message)
    expect(`${JSON.stringify(error)} ${(error as Error).stack}`).not.toContain('hunter2')
  })
  it.each<[what: string, config: Config, message: RegExp]>([
    ['an auth provider', { user: { 'auth-provider': { name: 'gcp' } } }, /auth-provider is not supported/],
    ['a password', { user: { username: 'me', password: 'hunter2' } }, /username is not supported/],
    ['another identity', { user: { as: 'root' } }, /as is not supported/],
    ['a proxy', { cluster: { 'proxy-url': 'http://proxy' } }, /proxy-url is not supported/],
    ['no server', { cluster: { server: '' } }, /no server address/],
    [
      'a plugin that asks',
      {
        user: {
          exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'x', interactiveMode: 'Always' },
        },
      },
      /wants to ask a person/,
    ],
    ['a plugin of another version', { user: { exec: { apiVersion: 'v0', command: 'x' } } }, /apiVersion/],
    ['no user of that name', { context: { user: 'nobody' } }, /has no user nobody/],
  ])('is refused with %s', async (_what, config, message) => {
    const server = await apiServer()
    server.access.grant('me')
    const kubeconfig = await write('config', configOf(server, config))
    await expect(kubeClient({ kubeconfig })).rejects.toThrow(message)
  })
  it('is refused when it is none, without a word of what it holds', async () => {
    const broken = await write('config', 'users:\n  token: [hunter2\n')
    const error: unknown = await kubeClient({ kubeconfig: broken }).catch((thrown: unknown) => thrown)
    expect((error as Error).message).toBe(`kubeconfig: ${broken} is not the YAML of a kubeconfig`)
    await expect(kubeClient({ kubeconfig: '/nowhere' })).rejects.toMatchObject({ code: 'BAD_OPTION' })
  })
  it('is believed about whom to trust', async () => {
    const server = await withApp()
    const other = await withApp()
    const ca = Buffer.from(other.tls?.ca ?? '').toString('base64')
    const kubeconfig = await write(
      'config',
      configOf(server, { cluster: { 'certificate-authority-data': ca } }),
    )
    await expect(reads({ kubeconfig })).rejects.toMatchObject({
      code: 'APPLY_FAILED',
      hint: expect.stringContaining('authority (ca)') as string,
    })
    const blind = await write(
      'config',
      configOf(server, { cluster: { 'certificate-authority-data': ca, 'insecure-skip-tls-verify': true } }),
    )
    expect(await reads({ kubeconfig: blind })).toBe('web/app')
  })
})

const like = (server: Server): KubeConfigLike => ({
  currentContext: 'here',
  getCurrentCluster: () => ({ server: server.url }),
  getContextObject: () => ({ namespace: 'web' }),
  applyToHTTPSOptions: (options: { headers?: Record<string, string>; ca?: string }) => {
    options.headers = { Authorization: `Bearer ${server.access.tokenOf('me')}` }
    if (server.tls) options.ca = server.tls.ca
    return Promise.resolve()
  },
})

describe('a KubeConfig of somebody else', () => {
  it.each([true, false])('is asked for its credentials; TLS: %s', async (tls) => {
    expect(await reads({ kubeconfig: like(await withApp(tls)) })).toBe('web/app')
  })
  it('is refused without a cluster, and its failure is told', async () => {
    const server = await withApp()
    await expect(
      kubeClient({ kubeconfig: { ...like(server), getCurrentCluster: () => null } }),
    ).rejects.toThrow(/no current cluster/)
    const broken = { ...like(server), applyToHTTPSOptions: () => Promise.reject(new Error('hunter2')) }
    const error: unknown = await reads({ kubeconfig: broken }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'TARGET_FORBIDDEN' })
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })
})
