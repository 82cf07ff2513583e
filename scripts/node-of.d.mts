/** Home of a Node of that major, installed if it is not there yet: bin/node and LICENSE. */
export declare const nodeOf: (major: string) => string
