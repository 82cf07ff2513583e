import { stringify } from 'yaml'

/** Formats of config files. */
export type Format = 'json' | 'yaml'

const service = (index: number): object => ({
  name: `service-${index}`,
  url: `https://service-${index}.example.internal:8443/v1`,
  enabled: index % 3 !== 0,
  weight: index / 8,
  retries: { attempts: 1 + (index % 5), backoff: '250ms', on: ['connect-failure', 'reset', '5xx'] },
  limits: { requests: 100 * index, burst: 20, queue: null },
  labels: { team: `team-${index % 7}`, tier: index % 2 === 0 ? 'gold' : 'silver' },
})

const write = (format: Format, value: object): string =>
  format === 'json' ? JSON.stringify(value, undefined, 2) : stringify(value)

/** A config file of about so many bytes as applications have them; from one swap to the next one number changes. */
export const documentOf = (format: Format, bytes: number, swap: number): string => {
  const oneBytes = write(format, { services: [service(1), service(2)] }).length / 2
  const services = Array.from({ length: Math.max(1, Math.round(bytes / oneBytes)) }, (_, index) =>
    service(index),
  )
  return write(format, { generation: swap, services })
}
