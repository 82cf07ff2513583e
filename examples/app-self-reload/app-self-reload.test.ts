import { simulateMount } from '@hotmount/core/testing'
import { expect, it, onTestFinished } from 'vitest'
import { runExample } from '../../test/support/running-example.js'

const start = async (data: Record<string, string>) => {
  const volume = await simulateMount(data)
  const app = runExample('app-self-reload/main', [volume.path])
  onTestFinished(async () => {
    await app[Symbol.asyncDispose]()
    await volume[Symbol.asyncDispose]()
  })
  const port = await app.port()
  const get = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text()
  return { volume, app, get }
}

it('answers with the new greeting without a restart', async () => {
  const { volume, get } = await start({ 'app.yaml': 'greeting: one\nport: 0\n' })
  expect(await get('/')).toBe('one\n')
  await volume.swap({ 'app.yaml': 'greeting: two\nport: 0\n' })
  await expect.poll(() => get('/')).toBe('two\n')
})

it('keeps the last good config, names the wrong path, shows no value, and takes the mended one', async () => {
  const { volume, app, get } = await start({ 'app.yaml': 'greeting: one\nport: 0\n' })
  await volume.swap({ 'app.yaml': 'greeting: two\nport: 424242\n' })
  await app.printed(/config rejected: app\.yaml .*port/)
  expect([await get('/'), await get('/healthz')]).toEqual(['one\n', 'stale\n'])
  expect(app.output).not.toContain('424242')
  await volume.swap({ 'app.yaml': 'greeting: three\nport: 0\n' })
  await expect.poll(() => get('/')).toBe('three\n')
  expect(await get('/healthz')).toBe('ok\n')
})

it('says that a port needs a restart, and takes the rest of that edit', async () => {
  const { volume, app, get } = await start({ 'app.yaml': 'greeting: one\nport: 0\n' })
  await volume.swap({ 'app.yaml': 'greeting: two\nport: 8081\n' })
  await app.printed(/needs a restart: port/)
  await expect.poll(() => get('/')).toBe('two\n')
})

it('ends by itself on SIGTERM', async () => {
  const { app } = await start({ 'app.yaml': 'greeting: one\nport: 0\n' })
  app.kill('SIGTERM')
  expect(await app.exited).toBe(0)
})
