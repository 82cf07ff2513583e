import { simulateMount } from '@hotmount/core/testing'
import { expect, it, onTestFinished } from 'vitest'
import { runExample } from '../../test/support/running-example.js'

const start = async (env: string) => {
  const volume = await simulateMount({ 'app.env': env })
  const unset = { LOG_LEVEL: undefined, FEATURE_SEARCH: undefined }
  const app = runExample('env-reread/main', [volume.path], { env: { PORT: '0', ...unset } })
  onTestFinished(async () => {
    await app[Symbol.asyncDispose]()
    await volume[Symbol.asyncDispose]()
  })
  const port = await app.port()
  const seen = async (): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}/`)).json()
  const swap = (text: string): Promise<unknown> => volume.swap({ 'app.env': text })
  return { app, seen, swap }
}

it('has the variables of app.env before it listens', async () => {
  const { seen } = await start('LOG_LEVEL=info\n')
  expect(await seen()).toEqual({ logLevel: 'info', search: 'unset' })
})

it('sets, changes and unsets variables of the running process', async () => {
  const { seen, swap } = await start('LOG_LEVEL=info\n')
  await swap('LOG_LEVEL=debug\nFEATURE_SEARCH=on\n')
  await expect.poll(seen).toEqual({ logLevel: 'debug', search: 'on' })
  await swap('LOG_LEVEL=debug\n')
  await expect.poll(seen).toEqual({ logLevel: 'debug', search: 'unset' })
})

it('takes nothing of an edit that lacks a required variable, and says which', async () => {
  const { app, seen, swap } = await start('LOG_LEVEL=info\n')
  await swap('FEATURE_SEARCH=on\n')
  await app.printed(/kept the old environment: .*LOG_LEVEL/)
  expect(await seen()).toEqual({ logLevel: 'info', search: 'unset' })
  await swap('LOG_LEVEL=warn\nFEATURE_SEARCH=on\n')
  await expect.poll(seen).toEqual({ logLevel: 'warn', search: 'on' })
})
