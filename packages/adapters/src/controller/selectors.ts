import { UsageError } from '@hotmount/core'

/** Commas between parts, but not those of `in (a, b)`. */
const partsOf = (text: string): readonly string[] =>
  text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '')

// What Reloader took before it knew label syntax: `team:shop`, and `team:*` for any value.
const modern = (part: string): string => {
  const [, key = '', value] = /^([^\s:=!()]+)\s*(?::|==?)\s*(.*)$/.exec(part) ?? []
  if (value === undefined) return part
  return value === '*' ? key : `${key}=${value}`
}

const name = String.raw`(?:[a-z0-9.-]+/)?[A-Za-z0-9](?:[-\w.]*[A-Za-z0-9])?`
const value = String.raw`(?:[A-Za-z0-9](?:[-\w.]*[A-Za-z0-9])?)?`
const valid = new RegExp(
  String.raw`^(?:!?${name}|${name}\s*(?:=|==|!=)\s*${value}|${name}\s+(?:in|notin)\s+\(\s*${value}(?:\s*,\s*${value})*\s*\))$`,
)

/** A label selector as the API takes it; undefined without any. @throws UsageError BAD_OPTION */
export const readSelector = (texts: readonly string[], flag: string): string | undefined => {
  const parts = texts.flatMap(partsOf).map(modern)
  const wrong = parts.find((part) => !valid.test(part))
  if (wrong !== undefined)
    throw new UsageError('BAD_OPTION', `${flag}: ${JSON.stringify(wrong)} is no label selector`, {
      hint: "write 'team=shop,tier!=db,env in (prod, test),audited'",
    })
  return parts.length === 0 ? undefined : parts.join(',')
}
