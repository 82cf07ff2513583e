import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  disposition,
  parseCmdline,
  parseMasks,
  parseNamespacePids,
  parseStat,
} from '../../../packages/adapters/src/process/proc.js'
import { listProcesses, readMasks, readProcess } from '../../../packages/adapters/src/process/procfs.js'
import { startCatcher } from './children.js'

const stat = (comm: string): string =>
  `42 (${comm}) S 7 40 40 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 11 22 33`

describe('parseStat', () => {
  it.each(['nginx', 'a b', '(sd-pam)', 'x) S 1 2 3', 'a\nb', ''])('reads a name like %j', (comm) => {
    expect(parseStat(stat(comm))).toEqual({
      pid: 42,
      ppid: 7,
      pgid: 40,
      comm,
      state: 'S',
      startTime: 987_654,
    })
  })
  it.each(['', '42', '42 (x)', '42 (x) S 1', 'x (y) S 7 40 0'])('is undefined for %j', (text) => {
    expect(parseStat(text)).toBeUndefined()
  })
})

describe('masks', () => {
  const status =
    'Name:\tx\nSigQ:\t0/1\nSigPnd:\t0000000000000002\nShdPnd:\t0000000000000400\nSigBlk:\t0000000000004000\nSigIgn:\t0000000000000004\nSigCgt:\t8000000000000201\n'
  it.each([
    [1, 'ready'],
    [2, 'pending'],
    [3, 'ignored'],
    [10, 'ready'],
    [11, 'pending'],
    [12, 'default'],
    [15, 'blocked'],
    [64, 'ready'],
  ])('tells how signal %i is met: %s', (n, expected) => {
    expect(disposition(parseMasks(status), n)).toBe(expected)
  })
  it('takes a kernel that tells nothing for one that catches nothing', () => {
    expect(disposition(parseMasks('Name:\tx\n'), 1)).toBe('default')
  })
})

describe('the rest', () => {
  it('reads pids of nested namespaces', () => {
    expect(parseNamespacePids('NSpid:\t812\t7\t1\n')).toEqual([812, 7, 1])
    expect(parseNamespacePids('Name:\tx\n')).toEqual([])
  })
  it('drops the padding behind a rewritten title and keeps empty arguments', () => {
    expect(parseCmdline('nginx: master process\0\0\0\0')).toEqual(['nginx: master process'])
    expect(parseCmdline('a\0\0b\0')).toEqual(['a', '', 'b'])
  })
})

describe('the real /proc', () => {
  it('shows this process as it knows itself', () => {
    const self = readProcess(process.pid)
    expect(self).toMatchObject({ pid: process.pid, ppid: process.ppid, state: 'R' })
    expect(self?.argv).toEqual(readFileSync('/proc/self/cmdline', 'utf8').replace(/\0+$/, '').split('\0'))
    expect(listProcesses().map(({ pid }) => pid)).toContain(process.ppid)
  })
  it('tells which signals a child catches', async () => {
    const { pid } = await startCatcher('SIGHUP')
    const masks = readMasks(pid)
    expect(masks && disposition(masks, 1)).toBe('ready')
    expect(masks && disposition(masks, 12)).toBe('default')
  })
  it('is undefined for a pid that is not there', () => {
    expect(readProcess(4_194_305)).toBeUndefined()
    expect(readMasks(4_194_305)).toBeUndefined()
  })
})
