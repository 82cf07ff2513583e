import { isAlive, type Process } from './proc.js'

const fileOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const interpreter = /^(?:python|pypy|node|nodejs|ruby|perl|php|lua|sh|bash|dash|ash|ksh|zsh)\d*(?:\.\d+)*$/

/** What may follow a name: a version (`php-fpm8.2`), and after a colon whatever a title tells (`gunicorn: maste`). */
const isSuffix = (text: string): boolean => /^(?:\d+(?:\.\d+)*)?(?:$|:)/.test(text)

/** Whether a process goes by this name: its short name, or its program as the command line tells it. */
export const isNamed = (process: Process, name: string): boolean => {
  const [first = '', second = '', third = ''] = process.argv
  // 'nginx: master process' is one argument; 'python3 /usr/bin/gunicorn' and 'python3 -m gunicorn' have more.
  const program = fileOf(first.split(' ', 1)[0] ?? '')
  const script = interpreter.test(program) ? fileOf(second === '-m' ? third : second) : ''
  return (
    process.comm === name.slice(0, 15) ||
    [process.comm, program, script].some(
      (shown) => shown.startsWith(name) && isSuffix(shown.slice(name.length)),
    )
  )
}

/** The command line as one text. */
export const titleOf = (process: Process): string => process.argv.join(' ').trim()

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
      .filter((process) => !ours.has(process.pid) && isAlive(process) && matches(process))
      .map((process) => [process.pid, process]),
  )
  return [...matching.values()].filter((process) => !matching.has(process.ppid))
}

/** What may be shown of processes: pid, short name and start time, never the command line. */
export const describeProcesses = (processes: readonly Process[]): string =>
  processes.map(({ pid, comm, startTime }) => `${pid} (${comm}, started at tick ${startTime})`).join(', ')
