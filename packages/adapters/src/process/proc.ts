/** One process, as the kernel shows it under /proc. */
export interface Process {
  readonly pid: number
  readonly ppid: number
  /** Process group. */
  readonly pgid: number
  /** Short name, at most 15 bytes. May hold spaces, parentheses and colons. */
  readonly comm: string
  /** `R`, `S`, `D`, `Z` (zombie) … */
  readonly state: string
  /** Clock ticks after boot. A pid together with its start time names one process for ever. */
  readonly startTime: number
  /** The command line, or the one string a server has written over it. It may hold secrets: never print it. */
  readonly argv: readonly string[]
}

/** Whether a process still does anything: a zombie only waits to be reaped. */
export const isAlive = ({ state }: Pick<Process, 'state'>): boolean => state !== 'Z' && state !== 'X'

/** What a process does about signals: bit n-1 of each mask stands for signal n. */
export interface SignalMasks {
  readonly caught: bigint
  readonly ignored: bigint
  readonly blocked: bigint
  readonly pending: bigint
}

/** The fields of /proc/PID/stat that we use; undefined when the text is not one. */
export const parseStat = (text: string): Omit<Process, 'argv'> | undefined => {
  // comm is not escaped and may hold ') S 1': only the last parenthesis ends it.
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')]
  if (open < 1 || close < open) return undefined
  const fields = text.slice(close + 2).split(' ')
  const [state = '', ...rest] = fields
  const [pid, ppid, pgid, startTime] = [text.slice(0, open), rest[0], rest[1], rest[18]].map(Number)
  if (pid === undefined || ppid === undefined || pgid === undefined || startTime === undefined)
    return undefined
  if (![pid, ppid, pgid, startTime].every(Number.isInteger)) return undefined
  return { pid, ppid, pgid, comm: text.slice(open + 1, close), state, startTime }
}

const field = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1]

const mask = (text: string, name: string): bigint => {
  const hex = field(text, name)
  return hex !== undefined && /^[0-9a-f]+$/i.test(hex) ? BigInt(`0x${hex}`) : 0n
}

/** The signal masks of /proc/PID/status. Pending counts both the process's and the main thread's. */
export const parseMasks = (text: string): SignalMasks => ({
  caught: mask(text, 'SigCgt'),
  ignored: mask(text, 'SigIgn'),
  blocked: mask(text, 'SigBlk'),
  pending: mask(text, 'ShdPnd') | mask(text, 'SigPnd'),
})

/** The pid in every nested pid namespace, outermost first (NSpid). Empty on kernels that do not tell. */
export const parseNamespacePids = (text: string): readonly number[] =>
  (field(text, 'NSpid') ?? '').split(/\s+/).filter(Boolean).map(Number)

/** The arguments of /proc/PID/cmdline. A rewritten title is followed by padding, which is dropped. */
export const parseCmdline = (text: string): readonly string[] => text.replace(/\0+$/, '').split('\0')

/** How a process with these masks meets signal number `n`. */
export const disposition = (
  masks: SignalMasks,
  n: number,
): 'ready' | 'pending' | 'blocked' | 'ignored' | 'default' => {
  const has = (set: bigint): boolean => ((set >> BigInt(n - 1)) & 1n) === 1n
  if (has(masks.blocked)) return 'blocked'
  if (has(masks.pending)) return 'pending'
  if (has(masks.caught)) return 'ready'
  return has(masks.ignored) ? 'ignored' : 'default'
}
