import { delimiter, dirname } from 'node:path'
import { expect, it } from 'vitest'
import { missingFor, wholePath } from '../../bench/src/programs.js'

it('names what is missing, for what, and the package that brings it', () => {
  expect(missingFor(['storm', 'parsing'], '/nowhere')).toBe(
    'missing: nginx (for storm). Install it (Debian: nginx-light), or name other parts with --only',
  )
  expect(missingFor(['parsing'], '/nowhere')).toBeUndefined()
})
it('looks where servers are, too', () => {
  expect(wholePath(dirname(process.execPath)).split(delimiter)).toEqual([
    dirname(process.execPath),
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
  ])
  expect(wholePath(undefined)).not.toMatch(/^:|::/)
})
