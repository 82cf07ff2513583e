/**
 * Microseconds of the monotonic clock. On Linux it is CLOCK_MONOTONIC, which all processes of a machine share:
 * a time taken in the writer and one taken in a contender can be subtracted.
 */
export const nowUs = (): number => Number(process.hrtime.bigint()) / 1000
