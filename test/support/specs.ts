/** Files of the specs that ship. */
import { readdirSync } from 'node:fs'

export const SPECS = new URL('../../specs/', import.meta.url)

/** Their data are a file on the network, which tests do not need. Only what these specs say is tested, not training. */
export const NETWORK_SPECS = ['flights.json']

const all = readdirSync(SPECS).filter((file) => file.endsWith('.json') && !file.endsWith('.schema.json'))

/** All specs whose data are installed with the project. */
export const specs = all.filter((file) => !NETWORK_SPECS.includes(file))
