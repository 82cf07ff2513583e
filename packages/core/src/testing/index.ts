export type { Step, WriteOrder } from './atomic-writer.js'
export { fakeClock, type FakeClock } from './fake-clock.js'
export type { Data } from './payload.js'
export { simulateMount, type SimulatedMount, type SimulateOptions, type SwapOptions } from './simulate.js'
