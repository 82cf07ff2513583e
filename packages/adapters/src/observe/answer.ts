/** What is sent back. */
export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
}

const plain = 'text/plain; charset=utf-8'

/** Lines for people. */
export const text = (status: number, body: string, headers: Answer['headers'] = {}): Answer => ({
  status,
  type: plain,
  body: body.endsWith('\n') ? body : `${body}\n`,
  headers,
})

/** Indented, as people read it too. */
export const json = (status: number, value: unknown): Answer => ({
  status,
  type: 'application/json; charset=utf-8',
  body: `${JSON.stringify(value, undefined, 2)}\n`,
})

/** Sent with everything: nothing is kept, framed, sniffed, or allowed to load anything. */
export const safeHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}
