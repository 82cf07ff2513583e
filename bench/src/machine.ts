import { readFileSync, statfsSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { base } from './place.js'

/** The machine that was measured on: nothing that tells whose it is. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly kernel: string
  readonly node: string
  /** What the volumes are written to. */
  readonly filesystem: string
  /** Processes that wanted to run when it began, a minute's average: 0 on a quiet machine. */
  readonly load: number
}

const filesystems: Readonly<Record<number, string>> = {
  0xef53: 'ext4',
  0x0102_1994: 'tmpfs',
  0x5846_5342: 'xfs',
  0x9123_683e: 'btrfs',
  0x794c_7630: 'overlayfs',
}

/** Describes this machine. */
export const describeMachine = (): Machine => {
  const { type } = statfsSync(base)
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: /^\d+\.\d+/.exec(release())?.[0] ?? release(),
    node: process.version,
    filesystem: filesystems[type] ?? `type ${type.toString(16)}`,
    load: Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]),
  }
}
