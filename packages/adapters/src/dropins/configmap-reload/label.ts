import { parseTarget } from '../../http/target.js'

const hidden = 'xxxxx'

/**
 * A webhook's URL as the value of the label `webhook`: as it was given, unless it holds a secret. Then the password is
 * `xxxxx`, as the original has it, and so is each value of a query and each part of the path that looks like a token.
 *
 * @throws UsageError BAD_OPTION for something that is no http or https URL
 * @example
 * labelOf('http://me:secret@127.0.0.1/-/reload') // http://me:xxxxx@127.0.0.1/-/reload
 */
export const labelOf = (given: string): string => {
  const { shown } = parseTarget('-webhook-url', given)
  const { username, password, origin, search, protocol, host, pathname } = new URL(given)
  const path = shown.slice(origin.length).replaceAll('…', hidden)
  if (password === '' && search === '' && path === pathname) return given
  const login = username === '' && password === '' ? '' : `${username}${password === '' ? '' : `:${hidden}`}@`
  const query = search
    .slice(1)
    .replaceAll(/(^|&)([^=&]*=)?[^&]+/g, (_all, and: string, name = '') => `${and}${name}${hidden}`)
  return `${protocol}//${login}${host}${path}${search === '' ? '' : `?${query}`}`
}
