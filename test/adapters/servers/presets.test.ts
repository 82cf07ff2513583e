import { describe, expect, it } from 'vitest'
import { presets } from '../../../packages/adapters/src/servers/presets.js'

describe('the nginx preset of the command', () => {
  const shell = ['sh', '-c', "exec nginx -c /srv/n.conf -g 'daemon off;'"] as const

  it('refuses a command in which it finds no nginx: its check would read another config', () => {
    expect(() => presets.nginx.reaction(shell, {})).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  })

  it.each([false, ['nginx', '-t', '-c', '/srv/n.conf']] as const)(
    'takes the check that is given instead: %j',
    (check) => {
      expect(presets.nginx.reaction(shell, { check })).toMatchObject({ name: 'nginx' })
    },
  )
})
