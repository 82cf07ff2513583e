import { UsageError } from '@hotmount/core'

/** Every option of an adapter by name; the compiler sees to it that none is missing. */
export type Known<Options> = Readonly<Record<keyof Options, true>>

/** Refuses an option that nobody reads: a misspelt one would be left out in silence. @throws UsageError BAD_OPTION */
export const refuseUnknown = <Options extends object>(
  adapter: string,
  options: Options,
  known: Known<Options>,
): void => {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null)
    throw new UsageError('BAD_OPTION', `${adapter}: its options are missing`, {
      hint: `an object with some of: ${Object.keys(known).join(', ')}`,
    })
  const stranger = Object.keys(options).find((name) => !Object.hasOwn(known, name))
  if (stranger === undefined) return
  throw new UsageError('BAD_OPTION', `${adapter}: no option ${stranger}`, {
    hint: `there are: ${Object.keys(known).join(', ')}`,
  })
}
