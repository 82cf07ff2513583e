import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openSecurity } from '../../../packages/adapters/src/dropins/web-config/security.js'
import { directory } from '../../support/mounted.js'

it('a web config that is changed while it is opened is not missed', async () => {
  const path = join(await directory(), 'web.yml')
  const say = (frame: string): void => {
    writeFileSync(`${path}.new`, `http_server_config: { headers: { X-Frame-Options: ${frame} } }\n`)
    renameSync(`${path}.new`, path)
  }
  say('deny')
  const opening = openSecurity(path, () => undefined)
  // After the first reading, which takes some turns, and before the rest of it.
  const turns = setInterval(() => say('sameorigin'), 0)
  const security = await opening
  clearInterval(turns)
  onTestFinished(() => security.close())
  expect(security.site.headers?.()).toEqual({ 'X-Frame-Options': 'sameorigin' })
})
