/** One thing that was looked at, in words for people. */
export interface Finding {
  readonly ok: boolean
  readonly text: string
}

/**
 * What was found, and whether all of it is well.
 *
 * @example
 * const { ok, findings } = health(mount, loop).ready()
 * if (!ok) console.error(findings.filter((finding) => !finding.ok).map((finding) => finding.text).join('\n'))
 */
export interface Verdict {
  readonly ok: boolean
  readonly findings: readonly Finding[]
}

/** All is well when every finding is. */
export const verdictOf = (findings: readonly Finding[]): Verdict => ({
  ok: findings.every(({ ok }) => ok),
  findings,
})

/** One line per finding, what is not well first: `ok` or `NOT OK` leads each. */
export const verdictText = ({ findings }: Verdict): string => {
  const bad = findings.filter(({ ok }) => !ok)
  const good = findings.filter(({ ok }) => ok)
  return [...bad.map(({ text }) => `NOT OK  ${text}`), ...good.map(({ text }) => `ok      ${text}`)]
    .map((line) => `${line}\n`)
    .join('')
}
