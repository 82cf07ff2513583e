// Sends requests for somebody who waits for each answer without letting anything else happen.
import { request as requestHttp } from 'node:http'
import { Agent as SecureAgent, request as requestHttps } from 'node:https'
import { parentPort, workerData } from 'node:worker_threads'

const { flag, port, server, tls, authorization } = workerData
const isSecure = server.startsWith('https:')
const agent = isSecure ? new SecureAgent({ ...tls, keepAlive: true }) : undefined

const answer = (result) => {
  port.postMessage(result)
  Atomics.store(flag, 0, 1)
  Atomics.notify(flag, 0)
}

parentPort.on('message', ({ method, path, type, body }) => {
  const headers = {
    accept: 'application/json',
    ...(authorization !== undefined && { authorization }),
    ...(body !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
  }
  const send = isSecure ? requestHttps : requestHttp
  const sent = send(new URL(path, server), { method, headers, agent }, (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (chunk) => (text += chunk))
    response.on('end', () => answer({ status: response.statusCode, text }))
    response.on('error', (error) => answer({ error: error.message }))
  })
  sent.on('error', (error) => answer({ error: error.message }))
  sent.end(body)
})
