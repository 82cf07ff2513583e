import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connect } from 'node:tls'
import { simulateMount } from '@hotmount/core/testing'
import { expect, it, onTestFinished } from 'vitest'
import { runExample } from '../../test/support/running-example.js'
import { describeWith, installed } from '../../test/support/servers.js'

interface Pair {
  readonly 'tls.crt': string
  readonly 'tls.key': string
}

const selfSigned = (name: string): Pair => {
  const directory = mkdtempSync(path.join(tmpdir(), 'hotmount-pair-'))
  const [key, cert] = [path.join(directory, 'tls.key'), path.join(directory, 'tls.crt')]
  try {
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    const files = ['-keyout', key, '-out', cert, '-days', '2', '-subj', `/CN=${name}`]
    execFileSync(installed('openssl') ?? 'openssl', ['req', '-x509', ...curve, ...files], { stdio: 'ignore' })
    return { 'tls.crt': readFileSync(cert, 'utf8'), 'tls.key': readFileSync(key, 'utf8') }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const fingerprint = (pair: Pair): string => new X509Certificate(pair['tls.crt']).fingerprint256

const servedAt = async (port: number): Promise<string | undefined> => {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const served = socket.getPeerX509Certificate()?.fingerprint256
  socket.destroy()
  return served
}

const start = async (pair: Pair) => {
  const volume = await simulateMount({ ...pair })
  const server = runExample('tls-pair/main', [volume.path], { env: { PORT: '0' } })
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]()
    await volume[Symbol.asyncDispose]()
  })
  return { volume, server, port: await server.port() }
}

describeWith('openssl', 'a pair from one revision', () => {
  it('serves the renewed certificate without a restart', async () => {
    const [old, renewed] = [selfSigned('old'), selfSigned('renewed')]
    const { volume, server, port } = await start(old)
    expect(await servedAt(port)).toBe(fingerprint(old))
    await volume.swap({ ...renewed })
    await server.printed(new RegExp(`serves ${fingerprint(renewed)}`))
    expect(await servedAt(port)).toBe(fingerprint(renewed))
  })

  it('keeps the old pair when the halves do not belong together, and takes the mended pair', async () => {
    const [old, renewed] = [selfSigned('old'), selfSigned('renewed')]
    const { volume, server, port } = await start(old)
    await volume.patch({ 'tls.crt': renewed['tls.crt'] })
    await server.printed(/kept the old pair/)
    expect(await servedAt(port)).toBe(fingerprint(old))
    await volume.patch({ 'tls.key': renewed['tls.key'] })
    await expect.poll(() => servedAt(port)).toBe(fingerprint(renewed))
    expect(server.output).not.toContain('PRIVATE KEY')
  })

  it('fails no handshake while pairs are swapped in bursts', async () => {
    const pairs = [selfSigned('a'), selfSigned('b'), selfSigned('c')] as const
    const known = pairs.map(fingerprint)
    const { volume, server, port } = await start(pairs[0])
    for (let round = 0; round < 5; round++)
      for (const pair of pairs) {
        await volume.swap({ ...pair })
        expect(known).toContain(await servedAt(port))
      }
    await expect.poll(() => servedAt(port)).toBe(known[2])
    expect(server.output).not.toContain('kept the old pair')
  })
})
