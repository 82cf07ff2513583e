import { inspect } from 'node:util'
import { webhook } from '@hotmount/adapters/http'
import { reload } from '@hotmount/core'
import { expect, it, onTestFinished } from 'vitest'
import { mounted } from '../../support/mounted.js'
import { nextReport } from '../../support/next-report.js'
import { webServer } from '../../support/web-server.js'

const secret = 'hunter2-correct-horse'

it('an answer is withheld when it may quote a revision that nobody has read here', async () => {
  const { volume, mount } = await mounted({ a: '1' }, { polling: '1h', resync: false })
  const { url } = await webServer([
    (response) => void volume.swap({ a: secret }).then(() => response.writeHead(400).end(`bad: ${secret}`)),
  ])
  const loop = reload(mount, webhook(url), { retry: false })
  onTestFinished(() => loop.close())
  const report = nextReport(loop)
  await volume.swap({ a: '2' })
  await mount.resync()
  expect(await report).toMatchObject({
    outcome: 'failed',
    error: { message: expect.stringContaining('its answer is withheld') as string },
  })
  expect(inspect(await report, { depth: 9, showHidden: true })).not.toContain(secret)
})
