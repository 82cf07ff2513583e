import { describe, expect, it } from 'vitest'
import { isPassing, pauseMs, type Refusal, retryAfterMs } from '../../../packages/adapters/src/http/retry.js'

const bounds = { attempts: 3, minMs: 100, maxMs: 1000 }
const standing = { tries: 1, leftMs: 25_000, random: 0 }
const status = (code: number, afterMs?: number): Refusal => ({
  kind: 'status',
  status: code,
  retryAfterMs: afterMs,
})
const error = (code: string): Refusal => ({ kind: 'error', code })

describe('retryAfterMs', () => {
  const now = Date.parse('Fri, 31 Dec 1999 23:59:00 GMT')
  it.each<[header: string | undefined, ms: number | undefined]>([
    [undefined, undefined],
    ['0', 0],
    ['120', 120_000],
    ['Fri, 31 Dec 1999 23:59:59 GMT', 59_000],
    ['Fri, 31 Dec 1999 23:00:00 GMT', 0],
    ['soon', undefined],
    ['-1', undefined],
    ['99999999999', 3_600_000],
    ['Fri, 31 Dec 2099 23:59:59 GMT', 3_600_000],
  ])('%s is %s', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms)
  })
})

describe('isPassing', () => {
  it.each([408, 425, 429, 500, 502, 503, 504])('%i may be yes a moment later', (code) => {
    expect(isPassing(status(code))).toBe(true)
  })
  it.each([301, 400, 401, 403, 404, 405, 409, 413, 422, 501])('%i stays no', (code) => {
    expect(isPassing(status(code))).toBe(false)
  })
  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EPIPE',
    'ERR_OSSL_X509_KEY_VALUES_MISMATCH',
  ])('%s may pass', (code) => {
    expect(isPassing(error(code))).toBe(true)
  })
  it.each(['CERT_HAS_EXPIRED', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS_CERT_ALTNAME_INVALID', 'EPROTO'])(
    '%s does not',
    (code) => {
      expect(isPassing(error(code))).toBe(false)
    },
  )
})

describe('pauseMs', () => {
  it('doubles, with jitter between the least and the doubled', () => {
    const spread = [1, 2].map((tries) =>
      [0, 0.5, 1].map((random) => pauseMs(status(500), bounds, { ...standing, tries, random })),
    )
    expect(spread).toEqual([
      [100, 150, 200],
      [100, 250, 400],
    ])
    expect(pauseMs(status(500), { ...bounds, attempts: 99 }, { ...standing, tries: 50, random: 1 })).toBe(
      1000,
    )
  })
  it('waits as long as the server asks for, and then some', () => {
    expect(pauseMs(status(429, 5000), bounds, { ...standing, random: 1 })).toBe(5200)
  })
  it('is over after the last try, for what stays no, and when time would be up', () => {
    expect(pauseMs(status(500), bounds, { ...standing, tries: 3 })).toBeUndefined()
    expect(pauseMs(status(400), bounds, standing)).toBeUndefined()
    expect(pauseMs(status(429, 25_000), bounds, standing)).toBeUndefined()
    expect(pauseMs({ kind: 'timeout' }, bounds, { ...standing, leftMs: 100 })).toBeUndefined()
    expect(pauseMs({ kind: 'timeout' }, bounds, { ...standing, leftMs: 101 })).toBe(100)
  })
})
