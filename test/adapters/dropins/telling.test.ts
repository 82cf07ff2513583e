import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { reloaderOptions } from '../../../packages/adapters/src/dropins/prometheus-config-reloader/options.js'
import { tellPrometheus } from '../../../packages/adapters/src/dropins/prometheus-config-reloader/tell.js'
import { authority } from '../../support/certificates.js'
import { directory } from '../../support/mounted.js'
import { describeWith } from '../../support/servers.js'
import { answer, hang, webServer } from '../../support/web-server.js'
import { changeOf, contextOf, snapshotOf } from '../process/changes.js'

const change = changeOf({ 'config/a.yaml.gz': 'packed' }, { 'config/a.yaml.gz': 'packed too' })

/** Tells a server once, as these words say. */
const tell = async (words: readonly string[], written = '') => {
  const { telling } = reloaderOptions(words)
  const told = tellPrometheus(telling, () => Buffer.from(written))
  const ended: unknown = await Promise.resolve(told.reaction.apply(change, contextOf(change))).catch(
    (error: unknown) => error,
  )
  return { ended, refused: told.wasRefused() }
}

describe('a reload by HTTP', () => {
  it('is a POST with no body, the user of the URL, and yes means 200', async () => {
    const { url, heard } = await webServer([answer(200), answer(202)])
    const withUser = url.replace('://', '://ada:swordfish@')
    const [taken, other] = [
      await tell([`--reload-url=${withUser}/-/reload`]),
      await tell([`--reload-url=${withUser}/`]),
    ]
    expect(taken).toEqual({ ended: `POST ${url}/-/reload answered 200`, refused: false })
    expect(heard[0]).toMatchObject({ method: 'POST', path: '/-/reload', body: '' })
    expect(heard[0]?.headers.authorization).toBe(`Basic ${Buffer.from('ada:swordfish').toString('base64')}`)
    expect(other.ended).toMatchObject({ code: 'APPLY_FAILED', retryable: true })
  })
  it('that is refused says why, without what was written and without secrets', async () => {
    const said =
      'failed to reload: line 3: password "abcde" of https://ada:swordfish@a and hunter2000 are wrong'
    const { url } = await webServer([answer(500, said)])
    const { ended, refused } = await tell(
      [`--reload-url=${url.replace('://', '://ada:swordfish@')}`],
      'global:\n  password: abcde\nremote: { token: hunter2000 }\n',
    )
    expect(refused).toBe(true)
    expect(ended).toMatchObject({
      code: 'APPLY_FAILED',
      message: expect.stringContaining('failed to reload: line 3') as string,
    })
    expect(String(ended)).not.toMatch(/abcde|swordfish|hunter2000/)
  })
  it('that is refused is not quoted when something newer is mounted, which it may have read', async () => {
    const { url } = await webServer([answer(500, 'bad: hunter2000')])
    const { telling } = reloaderOptions([`--reload-url=${url}`])
    const context = { ...contextOf(change), latest: () => snapshotOf({ a: 'hunter2000' }, 'r3') }
    const { reaction } = tellPrometheus(telling, () => undefined)
    await expect(reaction.apply(change, context)).rejects.toThrow(/answered 500: its answer is withheld/)
  })
  it.each([401, 403, 404])('that is answered %d is no word about the config', async (status) => {
    const { url } = await webServer([answer(status)])
    const { ended, refused } = await tell([`--reload-url=${url}`])
    expect([refused, ended]).toEqual([false, expect.objectContaining({ code: 'APPLY_FAILED' })])
  })
  it('that hangs ends after --reload-timeout', async () => {
    const { url } = await webServer([hang])
    const { ended } = await tell([`--reload-url=${url}`, '--reload-timeout=50ms'])
    expect(ended).toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringContaining('gave no answer within 50 ms') as string,
    })
  })
  it('carries a token, which is read anew and never told', async () => {
    const file = join(await directory(), 'token')
    const { url, heard } = await webServer([answer(200), answer(500, 'no swordfish2 here')])
    writeFileSync(file, 'swordfish1\n')
    await tell([`--reload-url=${url}`, `--reload-bearer-token-file=${file}`])
    writeFileSync(file, 'swordfish2\n')
    const { ended } = await tell([`--reload-url=${url}`, `--reload-bearer-token-file=${file}`])
    expect(heard.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer swordfish1',
      'Bearer swordfish2',
    ])
    expect(String(ended)).not.toContain('swordfish')
  })
})

describeWith('openssl', 'a reload by HTTPS', () => {
  it('checks the certificate against --reload-ca-file, and trusts loopback without one', async () => {
    const [own, stranger] = [authority(), authority()]
    const { pem } = own.issue('localhost')
    const { url } = await webServer([answer(200)], { tls: pem })
    const byAddress = url.replace('localhost', '127.0.0.1')
    const told = [
      await tell([`--reload-url=${url}`, `--reload-ca-file=${own.cert}`]),
      await tell([`--reload-url=${byAddress}`]),
      await tell([`--reload-url=${url}`, `--reload-ca-file=${stranger.cert}`]),
      await tell([`--reload-url=${byAddress}`, `--reload-ca-file=${own.cert}`]),
    ].map(({ ended }) => (ended instanceof Error ? /\((\w+)\)/.exec(ended.message)?.[1] : 'taken'))
    expect(told).toEqual([
      'taken',
      'taken',
      expect.stringMatching(/SIGNATURE|VERIFY|SIGNED/),
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ])
  })
  it('does not trust other addresses', async () => {
    const { pem } = authority().issue('localhost')
    const { port } = await webServer([answer(200)], { tls: pem })
    const { ended } = await tell([`--reload-url=https://localhost.:${port}`])
    expect(ended).toMatchObject({
      code: 'APPLY_FAILED',
      message: expect.stringMatching(/\((?:UNABLE_TO|SELF_SIGNED|DEPTH|ENOTFOUND|ERR_TLS)/) as string,
    })
  })
})
