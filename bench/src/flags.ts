import { parseArgs } from 'node:util'

/** What cannot be done, said to whoever asked: without a stack. */
export class Refusal extends Error {}

/** What the command line asks for. */
export interface Flags<Part extends string> {
  readonly only: readonly Part[]
  readonly rounds: number | undefined
  readonly smoke: boolean
  /** Nothing is measured: tables, plot and pages are made again of the stored figures. */
  readonly render: boolean
}

/** @throws Refusal for an unknown part or a number of rounds that is none; TypeError for an unknown flag */
export const readFlags = <Part extends string>(
  argv: readonly string[],
  parts: readonly Part[],
): Flags<Part> => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      smoke: { type: 'boolean', default: false },
      render: { type: 'boolean', default: false },
    },
  })
  const wanted = (values.only ?? []).flatMap((names) => names.split(','))
  const unknown = wanted.filter((name) => !parts.some((part) => part === name))
  if (unknown.length > 0)
    throw new Refusal(`--only: no measurement ${unknown.join(', ')}; there are ${parts.join(', ')}`)
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))
    throw new Refusal(`--rounds: ${values.rounds} is no number of rounds`)
  const only = wanted.length === 0 ? parts : parts.filter((part) => wanted.includes(part))
  return { only, rounds, smoke: values.smoke, render: values.render }
}
