import { UsageError } from '@hotmount/core'

/** Where a request goes, without what must not be printed. */
export interface Target {
  /** Without user and password. */
  readonly url: URL
  /** Value of an Authorization header, from the user and password of the URL. */
  readonly basic: string | undefined
  /** For messages: origin and path, no query. Segments of the path that look like a secret are left out. */
  readonly shown: string
  /** What a server could repeat of the address and must not be printed: as it is sent, and decoded. */
  readonly secrets: readonly string[]
}

// Chat services put the secret of a webhook into its path.
const isSecretive = (segment: string): boolean =>
  segment.length >= 16 && /[\dA-Z%]/.test(segment) && /[A-Za-z]/.test(segment)

const isMasked = (segment: string): boolean => isSecretive(segment) || /^\d{12,}$/.test(segment)

const shownPath = (path: string): string =>
  path
    .split('/')
    .map((segment) => (isMasked(segment) ? '…' : segment))
    .join('/')

// A URL may hold a lone '%', which stands for itself.
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What stands behind the names of a query, and what has no name. */
const valuesOf = (query: string): readonly string[] =>
  query.split('&').map((parameter) => parameter.slice(parameter.indexOf('=') + 1))

const secretsOf = ({ username, password, pathname, search }: URL): readonly string[] => {
  const query = search.slice(1)
  const segments = pathname.split('/').filter(isMasked)
  return [username, password, query, ...valuesOf(query), ...segments].flatMap((text) => [
    text,
    decoded(text),
    decoded(text.replaceAll('+', ' ')),
  ])
}

/**
 * Reads a URL.
 *
 * @throws UsageError BAD_OPTION for something that is no http or https URL
 */
export const parseTarget = (adapter: string, address: string | URL): Target => {
  const url = URL.canParse(String(address)) ? new URL(address) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new UsageError('BAD_OPTION', `${adapter} needs a URL that begins with http:// or https://`, {
      hint: 'give the whole address, as in http://127.0.0.1:9090/-/reload',
    })
  const { username, password } = url
  const pair = `${decoded(username)}:${decoded(password)}`
  const login = pair === ':' ? undefined : Buffer.from(pair).toString('base64')
  const secrets = [...new Set([...secretsOf(url), login ?? ''])].filter((text) => text !== '')
  url.username = ''
  url.password = ''
  const shown = `${url.origin}${shownPath(url.pathname)}`
  return { url, basic: login && `Basic ${login}`, shown, secrets }
}
