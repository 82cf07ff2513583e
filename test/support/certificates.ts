import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { installed } from './servers.js'

/** Paths of a certificate and its key, and what they hold. */
export interface Issued {
  readonly cert: string
  readonly key: string
  readonly pem: { readonly cert: string; readonly key: string }
}

/** An authority of our own, for `localhost` and for clients. */
export interface Authority extends Issued {
  issue(name: string): Issued
}

const openssl = (...args: readonly string[]): void => {
  execFileSync(installed('openssl') ?? 'openssl', args, { stdio: 'ignore' })
}
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** Makes one with openssl, in a directory that is gone when the test is. */
export const authority = (): Authority => {
  const directory = mkdtempSync(path.join(tmpdir(), 'hotmount-ca-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const files = (name: string): readonly [cert: string, key: string] => [
    path.join(directory, `${name}.crt`),
    path.join(directory, `${name}.key`),
  ]
  const issued = (name: string): Issued => {
    const [cert, key] = files(name)
    return { cert, key, pem: { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') } }
  }
  const [caCert, caKey] = files('ca')
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    caKey,
    '-out',
    caCert,
    '-days',
    '2',
    '-subj',
    '/CN=test authority',
  )
  const issue = (name: string): Issued => {
    const [cert, key] = files(name)
    const [request, extensions] = [`${cert}.csr`, `${cert}.ext`]
    writeFileSync(extensions, `subjectAltName=DNS:${name}\n`)
    openssl('req', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${name}`)
    const signed = ['-CA', caCert, '-CAkey', caKey, '-CAcreateserial', '-days', '2', '-extfile', extensions]
    openssl('x509', '-req', '-in', request, ...signed, '-out', cert)
    return issued(name)
  }
  return { ...issued('ca'), issue }
}
