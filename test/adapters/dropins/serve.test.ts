import { Agent, get } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { serve } from '../../../packages/adapters/src/dropins/serve.js'

const up = () => ({ status: 200, type: 'text/plain', body: 'up' })

it('answers a probe however many others keep their connections', async () => {
  const server = await serve({ host: '127.0.0.1', port: 0 }, { pages: { '/healthz': up } })
  onTestFinished(() => server.close())
  const ask = (agent: Agent | false): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      get(`http://${server.shown}/healthz`, { agent }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode))
      }).on('error', reject)
    })
  const agents = Array.from({ length: 100 }, () => new Agent({ keepAlive: true }))
  for (const agent of agents) await ask(agent)
  onTestFinished(() => {
    for (const agent of agents) agent.destroy()
  })
  expect(await ask(false)).toBe(200)
})
