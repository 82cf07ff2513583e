import { isReal } from './upstream.js'

/** A table with the ages that the double's objects have: no real API server can be told when it made something. */
export const aged = (table: string, age: string): string =>
  isReal ? table.replaceAll(/ \d+s$/gm, ` ${age}`) : table
