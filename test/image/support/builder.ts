import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { nodeOf } from '../../../scripts/node-of.mjs'
import { root } from '../../support/source-tree.js'
import { type Bind, networkEnv, npmFiles, npmHome, system, systemLinks } from './machine.js'
import { run, succeeds } from './programs.js'

/** Builds Dockerfiles of this repository from nothing but what this machine has. Images are never pulled. */
export interface Builder {
  /** A directory that is gone when `close` was called. */
  readonly directory: string
  /** Builds a Dockerfile of the repository, the repository being its context. */
  build(dockerfile: string, tag: string, args?: Readonly<Record<string, string>>): void
  /** Writes an image as an OCI layout: its directory. */
  layout(tag: string): string
  close(): void
}

const volumeOf = ({ from, to, writable }: Bind): string =>
  `--volume=${from}:${to}:${writable === true ? 'rw' : 'ro'}`

/** The image that a Dockerfile builds in. */
const builderNamed = (dockerfile: string): string => {
  const name = /^ARG BUILDER=(\S+)$/m.exec(readFileSync(path.join(root, dockerfile), 'utf8'))?.[1]
  if (name === undefined) throw new Error(`${dockerfile} has no ARG BUILDER`)
  return name
}

/** A Debian without its programs: those of this machine are bound in, at build time and when it runs. */
const writeDebian = (directory: string): void => {
  for (const name of ['etc', 'root', 'tmp', 'var/tmp', 'usr'])
    mkdirSync(path.join(directory, name), { recursive: true })
  for (const [name, target] of systemLinks) symlinkSync(target, path.join(directory, name))
  writeFileSync(path.join(directory, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
}

/** What the image `node:N` puts below /usr/local: the official node of that major, and npm. */
const writeNode = (directory: string, image: string): void => {
  const home = nodeOf(/^node:(\d+)/.exec(image)?.[1] ?? '')
  for (const name of ['bin', 'lib/node_modules']) mkdirSync(path.join(directory, name), { recursive: true })
  copyFileSync(path.join(home, 'bin/node'), path.join(directory, 'bin/node'))
  copyFileSync(path.join(home, 'LICENSE'), path.join(directory, 'LICENSE'))
  cpSync(npmHome(), path.join(directory, 'lib/node_modules/npm'), { recursive: true })
  for (const name of ['npm', 'npx'])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, path.join(directory, 'bin', name))
}

/**
 * Begins with stand-ins for what the Dockerfiles are based on: the builder of ours, and each of `bases`, images that
 * run as this user.
 */
export const startBuilder = (bases: Readonly<Record<string, string>>): Builder => {
  const directory = mkdtempSync(path.join(tmpdir(), 'hotmount-image-'))
  const at = (name: string): string => path.join(directory, name)
  const store = (driver: string): readonly string[] => [
    `--storage-driver=${driver}`,
    `--root=${at(driver)}`,
    `--runroot=${at('run')}`,
  ]
  // Layers of vfs are whole copies; overlay is twice as fast, where the kernel lets us mount it.
  const storage = succeeds('buildah', ...store('overlay'), 'info') ? store('overlay') : store('vfs')
  const buildah = (...args: readonly string[]): string => run('buildah', ...storage, ...args)
  const commit = (container: string, image: string): void =>
    void buildah('commit', '--quiet', container, `docker.io/${image.includes('/') ? '' : 'library/'}${image}`)

  const container = buildah('from', 'scratch').trim()
  writeDebian(at('debian'))
  buildah('copy', '--quiet', container, at('debian'), '/')
  buildah('config', '--env', 'PATH=/usr/local/bin:/usr/bin:/usr/sbin', container)
  for (const [image, user] of Object.entries(bases)) {
    buildah('config', '--user', user, container)
    commit(container, image)
  }
  const builder = builderNamed('Dockerfile')
  writeNode(at('node'), builder)
  buildah('copy', '--quiet', container, at('node'), '/usr/local')
  const env = Object.entries({ HOME: '/root', ...networkEnv() }).flatMap(([name, value]) => [
    '--env',
    `${name}=${value}`,
  ])
  buildah('config', '--user', 'root', ...env, container)
  commit(container, builder)
  buildah('rm', container)

  const volumes = [...system, ...npmFiles()].map(volumeOf)
  return {
    directory,
    build: (dockerfile, tag, args = {}) => {
      const given = Object.entries(args).map(([name, value]) => `--build-arg=${name}=${value}`)
      const how = ['--isolation=chroot', '--pull-never', '--layers', ...volumes, ...given]
      buildah('build', ...how, '--tag', tag, '--file', path.join(root, dockerfile), root)
    },
    layout: (tag) => {
      const to = at(`${tag}.oci`)
      buildah('push', '--quiet', tag, `oci:${to}:${tag}`)
      return to
    },
    close: () => {
      // The overlay driver keeps its root as a mount of its own.
      succeeds('umount', '--recursive', at('overlay/overlay'))
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
