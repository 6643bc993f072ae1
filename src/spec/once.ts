/** How zod parses a value whose schema is used once or a few times: compiling the schema takes longer than that. */
export const ONCE = { jitless: true } as const
