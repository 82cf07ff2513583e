import type { Palette } from './palette.js'

/** Something that was claimed does not hold. */
export class ClaimFailed extends Error {
  constructor(claim: string) {
    super(`does not hold: ${claim}`)
    this.name = 'ClaimFailed'
  }
}

/** What claims need: where to write a line, the time in milliseconds, and colours. */
export interface ClaimsIo {
  readonly write: (line: string) => void
  readonly now: () => number
  readonly palette: Palette
  /** Once it is aborted, a proof that fails proves nothing. */
  readonly signal: AbortSignal
}

const width = 66
const evidenceWidth = 74

/** Text in lines of at most `most` characters, broken at blanks. */
const wrapped = (text: string, most: number): readonly string[] => {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= most) lines.push(`${lines.pop()} ${word}`)
    else lines.push(word)
  }
  return lines
}

/** Says what is true only after it was proven, with the time that took. */
export class Claims {
  readonly #io: ClaimsIo
  #proven = 0

  constructor(io: ClaimsIo) {
    this.#io = io
  }

  /** How many claims were proven. */
  get proven(): number {
    return this.#proven
  }

  /**
   * Runs a proof, then prints the claim with ✓ and, below it, the evidence that the proof returns.
   *
   * @throws ClaimFailed when the proof throws: then it is printed with ✗ and why; the signal's reason when aborted
   */
  async that(claim: string, proof: () => Promise<string | void> | string | void): Promise<void> {
    const { write, now, palette, signal } = this.#io
    const startedAt = now()
    const time = (): string => `${Math.max(1, Math.round(now() - startedAt))} ms`.padStart(8)
    try {
      const evidence = await proof()
      this.#proven += 1
      write(`  ${palette.good('✓')} ${claim.padEnd(width)}${palette.dim(time())}`)
      if (evidence === undefined) return
      for (const line of wrapped(evidence, evidenceWidth)) write(`    ${palette.dim(line)}`)
    } catch (thrown) {
      signal.throwIfAborted()
      write(`  ${palette.bad('✗')} ${claim.padEnd(width)}${palette.dim(time())}`)
      write(`    ${thrown instanceof Error ? thrown.message : 'threw something that is no error'}`)
      throw new ClaimFailed(claim)
    }
  }
}
