import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redactValues } from '../../../packages/adapters/src/process/redact.js'
import { snapshotOf } from './changes.js'

const conf = `user www-data;
lissten 8080;
server_name shop.internal.example;
proxy_set_header Authorization "Bearer 9f8s7df6gs5d4f";
set $token correcthorse;
include /etc/nginx/mime.typs;
auth_basic_user 'tr0ub4dor&3x';
`
const pem =
  '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQDx\n-----END PRIVATE KEY-----\n'
const yaml = 'db:\n  url: postgres://app:correct-horse@db/app\n  password: hunter2\n'
const snapshot = snapshotOf({ 'nginx.conf': conf, 'tls.key': pem, 'app.yaml': yaml, PASSWORD: 'swordfish' })

describe('redactValues', () => {
  it.each([
    'unknown directive "lissten" in /etc/nginx/conf.d/x.conf:3',
    '[emerg] 12#12: unexpected "}" in /etc/nginx/nginx.conf:41',
    'open() "/etc/nginx/mime.typs" failed (2: No such file or directory) in /etc/nginx/nginx.conf:6',
    'bind() to 0.0.0.0:80 failed (98: Address already in use)',
    '"proxy_set_header" directive is not allowed here in /etc/nginx/nginx.conf:4',
    'ModuleNotFoundError: No module named app',
  ])('leaves an ordinary message alone: %s', (text) => {
    expect(redactValues(text, snapshot)).toBe(text)
  })

  it.each([
    ['password swordfish is wrong', 'password [redacted] is wrong'],
    ['near "hunter2": bad', 'near "[redacted]": bad'],
    ['cannot log in with correct-horse', 'cannot log in with [redacted]'],
    ['invalid parameter "correcthorse"', 'invalid parameter "[redacted]"'],
    ['got 9f8s7df6gs5d4f', 'got [redacted]'],
    ['"tr0ub4dor&3x" has no colon', '"[redacted]" has no colon'],
    ['bad key: MIIEvQIBADANBgkqhkiG9w0BAQEFAASC!', 'bad key: [redacted]!'],
    [
      'value: -----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\\nBKcwggSjAgEAAoIBAQDx\\n',
      'value: ',
    ],
    ['too long parameter "correcthor..." started', 'too long parameter [redacted] started'],
    ['host not found in upstream "shop.internal.example"', 'host not found in upstream "[redacted]"'],
  ])('hides values: case %#', (text, expected) => {
    // Compared as a flag: a failure must not print what was to be hidden.
    expect(redactValues(text, snapshot).replaceAll('[redacted]\\n', '') === expected).toBe(true)
  })

  it('hides a value that was escaped when it was quoted', () => {
    const odd = snapshotOf({ a: 'so "odd" a\\b' })
    expect(redactValues('got so \\"odd\\" a\\\\b!', odd)).toBe('got [redacted]!')
  })
  it('keeps the end, and at most 2048 characters of it', () => {
    const text = redactValues(`first\n${'x y\n'.repeat(2000)}last line`, snapshot)
    expect(text).toHaveLength(2048)
    expect(text.endsWith('last line')).toBe(true)
  })
  it('hides values of every snapshot it is given', () => {
    const text = redactValues(
      'old-secret and new-secret',
      snapshotOf({ a: 'old-secret' }),
      snapshotOf({ a: 'new-secret' }),
    )
    expect(text).toBe('[redacted] and [redacted]')
  })
  it('copes with a megabyte of config in a second', () => {
    const big = snapshotOf({
      big: Array.from({ length: 30_000 }, (_, n) => `key_${n}: some value ${n}`).join('\n'),
    })
    const start = performance.now()
    expect(redactValues('unknown word some value 77 here '.repeat(200), big)).not.toContain('value 77')
    expect(performance.now() - start).toBeLessThan(5000)
  })
})

const secret = fc.oneof(
  fc.string({ minLength: 8, maxLength: 60 }),
  fc.string({ minLength: 8, maxLength: 60, unit: 'binary' }),
  fc.base64String({ minLength: 8, maxLength: 200 }),
  fc
    .array(fc.base64String({ minLength: 8, maxLength: 64 }), { minLength: 2, maxLength: 5 })
    .map((lines) => lines.join('\n')),
)
// The placeholder itself may hold a value of eight characters, and a value of blanks only says nothing.
const worthHiding = (value: string): boolean =>
  value.trim().length >= 8 && !'[redacted]…'.includes(value.trim())

it('no value of eight characters or more survives, whatever surrounds it', () => {
  fc.assert(
    fc.property(
      fc.array(secret.filter(worthHiding), { minLength: 1, maxLength: 4 }),
      fc.array(fc.tuple(fc.string(), fc.nat(), fc.constantFrom('plain', 'quoted', 'json'))),
      (values, said) => {
        const output = said
          .map(([text, index, how]) => {
            const value = values[index % values.length] ?? ''
            const shown = { plain: value, quoted: `"${value}"`, json: JSON.stringify(value) }[how]
            return `${text}${shown}`
          })
          .join('\n')
        const data = Object.fromEntries(values.map((value, index) => [`key${index}`, value]))
        const shown = redactValues(output, snapshotOf(data))
        // Counted, not compared: a failure must not print a value.
        expect(values.filter((value) => shown.includes(value.trim())).length).toBe(0)
      },
    ),
    { numRuns: 500 },
  )
})
