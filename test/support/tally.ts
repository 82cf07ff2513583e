/** What a test run comes to. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  /** Full names of the tests that did not run. */
  readonly skipped: readonly string[]
}

const reasons: Readonly<Record<string, string>> = {
  root: 'run as root (they mount file systems or change owners)',
  namespaces: 'allow user and mount namespaces (sysctl kernel.unprivileged_userns_clone=1, or run as root)',
}

const countBy = (values: readonly string[]): [value: string, count: number][] => [
  ...values.reduce(
    (counts, value) => counts.set(value, (counts.get(value) ?? 0) + 1),
    new Map<string, number>(),
  ),
]

/** The things in `[needs …]` marks of a test's full name. */
export const needsOf = (fullName: string): readonly string[] =>
  [...fullName.matchAll(/\[needs ([^\]]+)\]/g)].flatMap((mark) =>
    (mark[1] ?? '').split(/[,\s]+/).filter(Boolean),
  )

const tests = (count: number): string => `${count} ${count === 1 ? 'test' : 'tests'}`

/**
 * The last lines of a run: what was left out and how to have it run, then the plain counts.
 * `packages` maps the name of a program to the Debian package that brings it.
 */
export const lastLines = (
  tally: Tally,
  packages: Readonly<Record<string, string>>,
  skipsForbidden: boolean,
): readonly string[] => {
  const needs = countBy(tally.skipped.flatMap(needsOf))
  const unmarked = tally.skipped.filter((name) => needsOf(name).length === 0)
  const missing = needs.flatMap(([need]) => packages[need] ?? [])
  const lines = [
    ...needs.map(([need, count]) =>
      need in packages
        ? `skipped ${tests(count)}: ${need} is not installed`
        : `skipped ${tests(count)} [needs ${need}]: ${reasons[need] ?? 'not available on this machine'}`,
    ),
    ...unmarked.map((name) => `skipped without a stated need: ${name}`),
    ...(missing.length > 0
      ? [`to run them: apt-get install ${[...new Set(missing)].toSorted().join(' ')}`]
      : []),
  ]
  const { length } = tally.skipped
  if (skipsForbidden && length > 0)
    lines.push(`HOTMOUNT_NO_SKIPS is set: ${tests(length)} skipped, the run fails`)
  return [
    ...lines,
    `${tally.passed} passed, ${tally.failed} failed${length > 0 ? `, ${length} skipped` : ''}`,
  ]
}
