import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ImageConfig } from './layout.js'
import type { Bind } from './machine.js'

/** How a container is run. Everything else is as a kubelet does it for a locked-down pod. */
export interface Options {
  readonly args?: readonly string[]
  /** In place of the image's entry point, as `command` of a pod spec. */
  readonly command?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly binds?: readonly Bind[]
  /** Pid of a process whose pid namespace is shared: `shareProcessNamespace: true`. */
  readonly sharedWith?: number
  /** Network of its own with nothing but a loopback that is down. Default: this machine's. */
  readonly offline?: true
  /** `resources.limits.memory`, in bytes. */
  readonly memory?: number
}

const processOf = (config: ImageConfig, options: Options): unknown => {
  const [uid, gid] = config.User.split(':').map(Number)
  const added = Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`)
  const none: readonly string[] = []
  return {
    user: { uid, gid },
    args: [
      ...(options.command ?? config.Entrypoint),
      ...(options.args ?? (options.command ? [] : (config.Cmd ?? []))),
    ],
    env: [...config.Env, ...added],
    cwd: '/',
    noNewPrivileges: true,
    capabilities: { bounding: none, effective: none, inheritable: none, permitted: none, ambient: none },
  }
}

/** Writes what runc needs beside `rootfs`: a read-only root, no capabilities, no new privileges. */
export const writeBundle = (bundle: string, config: ImageConfig, options: Options): void => {
  const { binds = [], sharedWith, offline, memory } = options
  const pid = sharedWith === undefined ? {} : { path: `/proc/${sharedWith}/ns/pid` }
  const runtime = {
    ociVersion: '1.0.0',
    process: processOf(config, options),
    root: { path: 'rootfs', readonly: true },
    hostname: 'pod',
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
      { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
      ...binds.map(({ from, to, writable }) => ({
        destination: to,
        type: 'bind',
        source: from,
        options: ['rbind', writable === true ? 'rw' : 'ro'],
      })),
    ],
    linux: {
      resources: {
        devices: [{ allow: false, access: 'rwm' }],
        ...(memory !== undefined && { memory: { limit: memory } }),
      },
      namespaces: [
        { type: 'mount' },
        { type: 'ipc' },
        { type: 'uts' },
        { type: 'pid', ...pid },
        ...(offline === true ? [{ type: 'network' }] : []),
      ],
    },
  }
  writeFileSync(path.join(bundle, 'config.json'), JSON.stringify(runtime))
}
