import { UsageError } from '@hotmount/core'
import type { Config } from '../config/config.js'
import { type Path, pathText, type Problem } from '../config/problem.js'
import type { Plan } from './plan.js'
import { planOf } from './plan-of.js'

/** Where a thing of a config was said; undefined when it was not said there. */
export type Place = (path: Path) => string | undefined

const flags: Readonly<Record<string, string>> = {
  mounts: '--mount',
  keys: '--keys',
  resync: '--resync',
  polling: '--poll',
  server: '--server',
  signal: '--signal',
  command: '--reload-command',
  webhook: '--webhook',
  check: '--check',
  verify: '--verify-url',
  timeout: '--timeout',
  oneAtATime: '--one-at-a-time',
  env: '--dotenv',
  run: '--',
  listen: '--listen',
  report: '--report',
}

/** The flag behind a place in a config that was made of flags. */
const flagFor = (path: Path): string =>
  [...path].toReversed().flatMap((step) => flags[String(step)] ?? [])[0] ?? pathText(path)

/** Problems as one error: all of them, one a line. */
const refusal = (problems: readonly Problem[], place: Place): UsageError => {
  const lines = problems.map(({ path, message }) => `${place(path) ?? flagFor(path)}: ${message}`)
  const [first] = problems
  return new UsageError('BAD_OPTION', lines.join('\n'), { hint: first?.hint })
}

/** The plan of a config that was made of flags, or of flags and a file. @throws UsageError BAD_OPTION */
export const plannedBy = async (config: Config, place: Place = () => undefined): Promise<Plan> => {
  const { plan, problems } = await planOf(config)
  if (problems.length > 0) throw refusal(problems, place)
  return plan
}
