import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { TLSSocket } from 'node:tls'
import { reload } from '@hotmount/core'
import { webhook, type WebhookOptions } from '@hotmount/adapters/http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { authority } from '../../support/certificates.js'
import { mounted } from '../../support/mounted.js'
import { nextReport } from '../../support/next-report.js'
import { describeWith } from '../../support/servers.js'
import { answer, webServer } from '../../support/web-server.js'

const hooked = async (url: string, options: WebhookOptions) => {
  const { volume, mount } = await mounted({ a: '1' })
  const loop = reload(mount, webhook(url, { retry: { min: 5, max: 10 }, ...options }), {
    retry: { min: 20, max: 50 },
  })
  onTestFinished(() => loop.close())
  const swap = async (a: string) => {
    const report = nextReport(loop)
    await volume.swap({ a })
    return report
  }
  return { loop, swap }
}

const echo = ({ authorization }: IncomingHttpHeaders): string => `who is ${String(authorization)}?`

const fileWith = async (content: string): Promise<string> => {
  const directory = await mkdtemp(path.join(tmpdir(), 'hotmount-file-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const file = path.join(directory, 'secret')
  await writeFile(file, content)
  return file
}

describe('bearerFile', () => {
  it('is read anew for each request: a rotated token is used without a restart', async () => {
    const bearerFile = await fileWith('first-token\n')
    const { url, heard } = await webServer([answer(200)])
    const { swap } = await hooked(url, { bearerFile })
    await swap('2')
    await writeFile(bearerFile, 'second-token')
    await swap('3')
    expect(heard.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first-token',
      'Bearer second-token',
    ])
  })
  it('is not shown when the server repeats it', async () => {
    const bearerFile = await fileWith('token-of-ours-7')
    const { url } = await webServer([
      (response, { headers }) => void response.writeHead(401).end(echo(headers)),
    ])
    const { swap } = await hooked(url, { bearerFile })
    const message = `POST ${url}/ answered 401: who is Bearer [redacted]?`
    expect(await swap('2')).toMatchObject({ error: { code: 'TARGET_FORBIDDEN', message } })
  })
  it.each<[what: string, content: string, why: string]>([
    ['is empty', '', 'is empty'],
    ['would begin another header', 'swordfish\r\nx-admin: 1', 'holds no single token'],
  ])('that %s is not sent, nor shown', async (_, content, why) => {
    const bearerFile = await fileWith(content)
    const { url, heard } = await webServer([answer(200)])
    const { loop, swap } = await hooked(url, { bearerFile })
    const message = `bearerFile: ${bearerFile} ${why}`
    expect(await swap('2')).toMatchObject({ outcome: 'failed', error: { code: 'APPLY_FAILED', message } })
    expect(heard).toHaveLength(0)
    await writeFile(bearerFile, 'mended')
    expect(await loop.inSync()).toMatchObject({ outcome: 'applied' })
  })
  it("that is not there is named, with the system's word for it", async () => {
    const { url } = await webServer([answer(200)])
    const { swap } = await hooked(url, { bearerFile: '/nowhere/token' })
    const message = 'bearerFile: /nowhere/token cannot be read (ENOENT)'
    expect(await swap('2')).toMatchObject({
      error: { message, revision: expect.stringMatching(/./) as string },
    })
  })
})

describe('hmac', () => {
  it('signs time and body, anew for each try', async () => {
    const secretFile = await fileWith('shared secret\n')
    const { url, heard } = await webServer([answer(500), answer(200)])
    const { swap } = await hooked(url, { hmac: { secretFile } })
    const before = Math.floor(Date.now() / 1000)
    await swap('2')
    expect(heard).toHaveLength(2)
    for (const { headers, body } of heard) {
      const [, time = '', sum] =
        /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-hotmount-signature'])) ?? []
      expect(Number(time)).toBeGreaterThanOrEqual(before)
      expect(Number(time)).toBeLessThanOrEqual(Date.now() / 1000)
      expect(sum).toBe(createHmac('sha256', 'shared secret').update(`${time}.${body}`).digest('hex'))
    }
  })
  it('signs an empty body with GET', async () => {
    const secretFile = await fileWith('shared secret')
    const { url, heard } = await webServer([answer(200)])
    const { swap } = await hooked(url, { hmac: { secretFile }, method: 'GET' })
    await swap('2')
    const [, time = '', sum] =
      /^t=(\d+),v1=(.*)$/.exec(String(heard[0]?.headers['x-hotmount-signature'])) ?? []
    expect(sum).toBe(createHmac('sha256', 'shared secret').update(`${time}.`).digest('hex'))
  })
})

describeWith('openssl', 'TLS', () => {
  it('trusts the authority that it is given, and no other', async () => {
    const ours = authority()
    const { url, heard } = await webServer([answer(200)], { tls: ours.issue('localhost').pem })
    const strangers = await hooked(url, {})
    expect(await strangers.swap('2')).toMatchObject({
      outcome: 'failed',
      error: {
        message: `POST ${url}/ failed (UNABLE_TO_VERIFY_LEAF_SIGNATURE)`,
        hint: expect.stringContaining('tls.ca') as string,
      },
    })
    expect(heard).toHaveLength(0)
    const trusted = await hooked(url, { tls: { ca: ours.cert } })
    expect(await trusted.swap('2')).toMatchObject({ outcome: 'applied' })
  })
  it('shows its certificate where the server wants one, and takes a renewed one without a restart', async () => {
    const ours = authority()
    const tls = {
      ...ours.issue('localhost').pem,
      ca: ours.pem.cert,
      requestCert: true,
      rejectUnauthorized: true,
    }
    const names: string[] = []
    const { url } = await webServer(
      [
        (response) => {
          const { socket } = response
          if (socket instanceof TLSSocket) names.push(String(socket.getPeerCertificate().subject.CN))
          response.end()
        },
      ],
      { tls },
    )
    const without = await hooked(url, { tls: { ca: ours.cert }, retry: false })
    expect(await without.swap('2')).toMatchObject({ outcome: 'failed' })
    expect(names).toEqual([])
    const [first, second] = [ours.issue('first'), ours.issue('second')]
    const { swap } = await hooked(url, { tls: { ca: ours.cert, cert: first.cert, key: first.key } })
    expect(await swap('2')).toMatchObject({ outcome: 'applied' })
    await writeFile(first.cert, second.pem.cert)
    await writeFile(first.key, second.pem.key)
    expect(await swap('3')).toMatchObject({ outcome: 'applied' })
    expect(names).toEqual(['first', 'second'])
  })
  it('tries again when a key does not fit its certificate: it may have been read in the middle of a swap', async () => {
    const ours = authority()
    const { url } = await webServer([answer(200)], { tls: ours.issue('localhost').pem })
    const [first, second] = [ours.issue('first'), ours.issue('second')]
    await writeFile(first.cert, second.pem.cert)
    const { loop, swap } = await hooked(url, { tls: { ca: ours.cert, cert: first.cert, key: first.key } })
    expect(await swap('2')).toMatchObject({
      outcome: 'failed',
      error: { message: `POST ${url}/ failed (ERR_OSSL_X509_KEY_VALUES_MISMATCH) (try 3)` },
    })
    await writeFile(first.key, second.pem.key)
    expect(await loop.inSync()).toMatchObject({ outcome: 'applied' })
  })
})
