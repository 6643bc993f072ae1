/** Orders text by the code points of its characters, as Python does. JavaScript orders by the units of UTF-16. */
export const byCodePoint = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
