import type { Process } from './proc.js'

/** Whether a process goes by this name: its short name, or its program as the command line tells it. */
export const isNamed = (process: Process, name: string): boolean => {
  const [first = '', second = '', third = ''] = process.argv
  // 'nginx: master process' is one argument; 'python3 /usr/bin/gunicorn' and 'python3 -m gunicorn' have more.
  const programs = [first.split(' ', 1)[0] ?? '', second === '-m' ? third : second]
  return (
    process.comm === name.slice(0, 15) ||
    // gunicorn shows 'gunicorn: maste', php 'php-fpm8.2'; but 'nginx-exporter' is not nginx.
    [process.comm, ...programs.map((program) => program.slice(program.lastIndexOf('/') + 1))].some(
      (shown) => shown.startsWith(name) && !/^[A-Za-z_-]/.test(shown.slice(name.length)),
    )
  )
}

/** The command line as one text. */
export const titleOf = (process: Process): string => process.argv.join(' ').trim()

const isZombie = (process: Process): boolean => process.state === 'Z' || process.state === 'X'

/**
 * The masters among the processes that match: those whose parent does not match. Never a zombie, never `self` or
 * an ancestor of it (a wrapper's own command line names what it wraps).
 */
export const topmost = (
  processes: readonly Process[],
  matches: (process: Process) => boolean,
  self: number,
): readonly Process[] => {
  const byPid = new Map(processes.map((process) => [process.pid, process]))
  const ours = new Set<number>()
  for (let pid = self; pid > 0 && !ours.has(pid); pid = byPid.get(pid)?.ppid ?? 0) ours.add(pid)
  const matching = new Map(
    processes
      .filter((process) => !ours.has(process.pid) && !isZombie(process) && matches(process))
      .map((process) => [process.pid, process]),
  )
  return [...matching.values()].filter((process) => !matching.has(process.ppid))
}

/** What may be shown of processes: pid, short name and start time, never the command line. */
export const describeProcesses = (processes: readonly Process[]): string =>
  processes.map(({ pid, comm, startTime }) => `${pid} (${comm}, started at tick ${startTime})`).join(', ')
