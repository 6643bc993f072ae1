/** Objects with names that the user chose as keys. */

/** An empty object without inherited keys, for names such as "constructor" or "__proto__". */
export const noNames = <Value>(): Record<string, Value> => Object.create(null)
