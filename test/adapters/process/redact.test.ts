import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redactValues } from '../../../packages/adapters/src/process/redact.js'
import { isVocabulary } from '../../../packages/adapters/src/process/vocabulary.js'
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

/** Each a config, what a program says of it, and what is to be left of that. */
const leaks: readonly (readonly [config: string, said: string, expected: string])[] = [
  [
    'host=db user=bob password=Pa55w0r sslmode=off',
    'auth failed for bob with Pa55w0r',
    'auth failed for bob with [redacted]',
  ],
  [
    'login:\n  password: correcthorse  # rotate in May\n',
    'login with correcthorse refused',
    'login with [redacted] refused',
  ],
  [
    'db: {user: bob, password: Tr0ub4d, port: 5432}',
    'password Tr0ub4d, port 5432',
    'password [redacted], port [redacted]',
  ],
  ['export PW=hunter2 OTHER=1', 'PW: hunter2 is short', 'PW: [redacted] is short'],
  ['alice,correcthorse,admin', "user 'correcthorse'?", "user '[redacted]'?"],
  [
    'userlist u\n  user alice insecure-password correcthorse groups g1\n',
    'correcthorse: no hash',
    '[redacted]: no hash',
  ],
  ['pin: 12345', 'pin 12345 of /etc/door/door.conf:12345', 'pin [redacted] of /etc/door/door.conf:12345'],
  ['{"a":{"password":"ab\\"cd ef","b":1}}', 'tried ab"cd ef for a', 'tried [redacted] for a'],
  ['{"key":"-----BEGIN\\nc2VjcmV0\\n"}', 'not a key: c2VjcmV0', 'not a key: [redacted]'],
  ['https://hooks.example/services/T0A1/correcthorse', 'POST /services/T0A1/correcthorse 404', 'POST'],
  ['correct horse', 'correct horse? no', '[redacted]? no'],
  ['correcthorse: 1\npassword: correcthorse', 'correcthorse is wrong', '[redacted] is wrong'],
  ['keys:\n  9f8s7df6: alice\n', 'key 9f8s7df6 is old', 'key [redacted] is old'],
  ['c3dvcmRmaXNo=', 'got c3dvcmRmaXNo', 'got [redacted]'],
  ['postgres://alice:hunter2@db:5432/shop', 'no login alice/hunter2', 'no login [redacted]/[redacted]'],
  ['/c3dv/cmRmaXNo', 'got /c3dv/cmRmaXNo', 'got [redacted]'],
  ['token: 9f8s7df6gs5d4f', 'bad token 9f8s7df6g', 'bad token [redacted]'],
]

it.each([
  [
    'a colour',
    'password: swordfish99Zz',
    '\u001B[31mswordfish99Zz\u001B[0m is refused',
    '[redacted] is refused',
  ],
  ['a short word in colour', 'PASSWORD=hunter2', '\u001B[33mhunter2\u001B[0m', '[redacted]'],
  ['a flag', 'password: swordfish99Zz', 'mysql: -pswordfish99Zz refused', 'mysql: -p[redacted] refused'],
  ['an escape', 'password: swordfish99Zz', 'GET /?password%3Dswordfish99Zz', 'GET /?password%3D[redacted]'],
  ['a low line', 'password: swordfish99Zz', '_swordfish99Zz', '_[redacted]'],
  ['a flag, and is short', 'PASSWORD=hunter2', 'mysql -phunter2 refused', 'mysql -p[redacted] refused'],
  ['a word behind', 'password: swordfish99Zz', 'swordfish99Zz_old', '[redacted]_old'],
  [
    'a host, which is no file,',
    'bob@corp.com:4711471',
    'no user at corp.com:4711471',
    'no user at [redacted]',
  ],
])('hides what stands beside %s', (_what, line, text, expected) => {
  const shown = redactValues(text, snapshotOf({ config: `db:\n  user: app\n  ${line}\n` }))
  expect(shown === expected).toBe(true)
})

describe('what a program says of a password in', () => {
  it.each(leaks.map(([config], index) => [config.split(/[=:,\s]/, 1)[0] || '{}', index] as const))(
    '%s: case %i',
    (_name, index) => {
      const [config, text, expected] = leaks[index] ?? ['', '', '']
      const shown = redactValues(text, snapshotOf({ config }))
      expect(shown === expected || (expected === 'POST' && !/services|horse/.test(shown))).toBe(true)
    },
  )
})

describe('what stays', () => {
  const server = `user nginx;
events { worker_connections 64; }
http {
  lissten 8080;
  upstream backend { server 127.0.0.1:9000; }
  log_level = debug
  "maxConnections": 100,
  PASSWORD=
  include /srv/site/mime.types;
}
`
  it.each([
    'nginx: [emerg] unknown directive "lissten" in /etc/nginx/conf.d/x.conf:3',
    'nginx: [emerg] "upstream" directive is not allowed here in /etc/nginx/..2026_11_21/x.conf:8080',
    'events: worker_connections is too small at line 8080, column 64',
    '[ALERT] (12) : config : parsing [/etc/haproxy/haproxy.cfg:9000] : unknown keyword',
    'open() "/srv/site/mime.types" failed (2: No such file or directory)',
    'unknown log_level; maxConnections and PASSWORD are needed',
  ])('%s', (text) => {
    expect(redactValues(text, snapshotOf({ server }))).toBe(text)
  })
})

it('finds what is far inside of a long line', () => {
  const users = Array.from({ length: 9000 }, (_, n) => ({ name: `user${n}`, pass: `p!${n + 10_000}` }))
  const config = snapshotOf({ config: JSON.stringify(users) })
  expect(redactValues('user8999: p!18999 and p!14321 refused', config)).toBe(
    '[redacted]: [redacted] and [redacted] refused',
  )
})

describe('time', () => {
  const dictionary = Array.from({ length: 60_000 }, (_, n) => `key_${n}: value ${n} of ${n % 7}`).join('\n')
  it.each([
    ['a large config', dictionary, 'unknown key_77 value 4711 in /etc/x.conf:3 '.repeat(40)],
    ['one long line', dictionary.replaceAll('\n', ','), 'unknown key_77 value 4711 '.repeat(60)],
    ['nothing but commas', `a${','.repeat(80_000)}b`, 'a,,,,,,b'],
    ['nothing but quotes', '\\"'.repeat(80_000), 'a "\\"" b'],
    ['nothing but blanks', `a${' '.repeat(80_000)}=`, 'a = b'],
    ['nothing but dashes', `a${'-'.repeat(80_000)}`, `a${'-'.repeat(4000)}`],
    ['one letter', 'a'.repeat(500_000), 'a'.repeat(4000)],
    ['many beginnings', Array.from({ length: 2000 }, (_, n) => 'a'.repeat(n)).join('\n'), 'a'.repeat(4000)],
    ['a quote that is never closed', `"${'a'.repeat(8_000_000)}`, 'a'],
    ['parts of a word', 'a-'.repeat(4_000_000), 'a-'],
    ['parts of a path', '/ab'.repeat(4_000_000), '/ab/ab'],
    ['hashes', dictionary, Array.from({ length: 400 }, (_, n) => `c0ffee${n}f00`).join(' ')],
  ])('does not explode with %s', (_what, config, text) => {
    const start = performance.now()
    redactValues(text, snapshotOf({ config }))
    expect(performance.now() - start).toBeLessThan(1500)
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
// The placeholder itself may hold a value of eight characters, a value of blanks only says nothing, and some words stay.
const worthHiding = (value: string): boolean =>
  value.trim().length >= 8 && !'[redacted]…'.includes(value.trim()) && !isVocabulary(value.trim())

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
