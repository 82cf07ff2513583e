import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Children of this process, and theirs. */
export const childrenOf = (pid: number): readonly number[] => {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').map(Number).filter(Boolean)
  return children.flatMap((child) => [child].concat(childrenOf(child)))
}

/** Time that the children of this process have run, in microseconds. */
export const childCpuUs = (): number => {
  const times = childrenOf(process.pid).map((pid) => Number(read(`/proc/${pid}/schedstat`).split(' ')[0]))
  return times.reduce((sum, ns) => sum + ns, 0) / 1000
}

/** Resident memory of the children of this process, in bytes. */
export const childRssBytes = (): number => {
  const pages = childrenOf(process.pid).map((pid) => Number(read(`/proc/${pid}/statm`).split(' ')[1] ?? 0))
  return pages.reduce((sum, count) => sum + count, 0) * 4096
}

/** What a process and its children hold of the system's inotify. */
export interface Inotify {
  readonly instances: number
  readonly watches: number
}

const inotifyOf = (pid: number): Inotify => {
  const directory = `/proc/${pid}/fd`
  let instances = 0
  let watches = 0
  for (const fd of readdirSync(directory)) {
    try {
      if (readlinkSync(`${directory}/${fd}`) !== 'anon_inode:inotify') continue
    } catch {
      continue
    }
    instances += 1
    watches += read(`/proc/${pid}/fdinfo/${fd}`)
      .split('\n')
      .filter((line) => line.startsWith('inotify ')).length
  }
  return { instances, watches }
}

/** Inotify instances and watches of this process and its children, as the kernel counts them. */
export const inotifyUse = (): Inotify =>
  [process.pid, ...childrenOf(process.pid)]
    .map(inotifyOf)
    .reduce((sum, one) => ({ instances: sum.instances + one.instances, watches: sum.watches + one.watches }))
