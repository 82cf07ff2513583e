import { readdirSync, readFileSync } from 'node:fs'
import { parseCmdline, parseMasks, parseStat, type Process, type SignalMasks } from './proc.js'

// Synchronous on purpose: procfs never waits for a disk, and the async API is ten times slower here.
const read = (pid: number, name: string): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    // Gone between the listing and the reading (ENOENT, ESRCH), or hidden from us (EACCES): not there for us.
    return undefined
  }
}

type Stat = Omit<Process, 'argv'>

/** One process, or undefined when it is not there or does not pass. */
export const readProcess = (
  pid: number,
  passes: (stat: Stat) => boolean = () => true,
): Process | undefined => {
  const stat = parseStat(read(pid, 'stat') ?? '')
  return stat && passes(stat) ? { ...stat, argv: parseCmdline(read(pid, 'cmdline') ?? '') } : undefined
}

/** Its signal masks, or undefined when it is not there. */
export const readMasks = (pid: number): SignalMasks | undefined => {
  const status = read(pid, 'status')
  return status === undefined ? undefined : parseMasks(status)
}

/** Its control groups, as /proc/PID/cgroup tells them; empty when it is not there. */
export const readCgroup = (pid: number): string => read(pid, 'cgroup') ?? ''

/** Another text once the process has executed itself again; undefined when it may not be read, as of another user. */
export const readImage = (pid: number): string | undefined => {
  const auxv = read(pid, 'auxv')
  return auxv === '' ? undefined : auxv
}

/**
 * Every process that this pid namespace shows and that passes.
 *
 * @throws where there is no /proc
 */
export const listProcesses = (passes?: (stat: Stat) => boolean): readonly Process[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name), passes) ?? [])

// The unit of start times towards user space: 100 ticks a second on every architecture that Node runs on.
export const ticksPerSecond: number = 100

/** How long a process has been there, in milliseconds. */
export const ageMs = ({ startTime }: Pick<Stat, 'startTime'>): number =>
  (Number.parseFloat(readFileSync('/proc/uptime', 'utf8')) - startTime / ticksPerSecond) * 1000

/** Whether there is a /proc to read. */
export const hasProcfs = (): boolean => read(process.pid, 'stat') !== undefined
