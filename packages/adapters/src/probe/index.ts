export { commandProbe } from './command.js'
export { httpProbe, type HttpProbeOptions } from './http.js'
export type { Probe } from './probe.js'
export { tcpProbe } from './tcp.js'
