import { existsSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { run } from './programs.js'

/** A directory or file of this machine, and where a build sees it. */
export interface Bind {
  readonly from: string
  readonly to: string
  readonly writable?: true
}

const present = (binds: readonly Bind[]): readonly Bind[] => binds.filter(({ from }) => existsSync(from))
const inPlace = (place: string): Bind => ({ from: place, to: place })

/** What makes a directory with the links of {@link systemLinks} a Debian: this machine's programs and libraries. */
export const system: readonly Bind[] = present(
  [
    '/usr/bin',
    '/usr/sbin',
    '/usr/lib',
    '/usr/lib32',
    '/usr/lib64',
    '/usr/share',
    '/etc/alternatives',
    '/etc/ssl',
  ].map(inPlace),
)

/** Links of a merged /usr: name, target. */
export const systemLinks: readonly (readonly [name: string, target: string])[] = [
  'bin',
  'sbin',
  'lib',
  'lib32',
  'lib64',
].map((name) => [name, `usr/${name}`])

const certificates = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR']
const isOfNetwork = (name: string): boolean =>
  certificates.includes(name) ||
  /^(?:https?|no|all)_proxy$/i.test(name) ||
  /^npm_config_(?:.*registry|ca|cafile|.*proxy)$/i.test(name)

/** The variables by which this machine's npm reaches its registry. */
export const networkEnv = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value !== undefined && value !== '' && isOfNetwork(name) ? [[name, value]] : [],
    ),
  )

const setting = (name: string): string => run('npm', 'config', 'get', name).trim()

/** npm's settings and what is fetched already, where root finds them in the builder; its prefix is /usr/local there. */
export const npmFiles = (): readonly Bind[] => {
  const kept = ['.local/share/pnpm', '.cache/pnpm'].map((name): Bind => {
    const from = path.join(homedir(), name)
    return { from, to: path.join('/root', name), writable: true }
  })
  const named = [...certificates.map((name) => process.env[name] ?? ''), setting('cafile')]
  return present([
    { from: setting('userconfig'), to: '/root/.npmrc' },
    { from: setting('globalconfig'), to: '/usr/local/etc/npmrc' },
    { from: setting('cache'), to: '/root/.npm', writable: true },
    ...kept,
    ...[...new Set(named)]
      .filter((file) => file.startsWith('/') && !file.startsWith('/etc/ssl'))
      .map(inPlace),
  ])
}

/** Directory of the npm that runs here. */
export const npmHome = (): string => {
  const npm = run('sh', '-c', 'command -v npm').trim()
  return path.join(path.dirname(realpathSync(npm)), '..')
}
