/** Files of the specs that ship. */
import { readdirSync } from 'node:fs'

export const SPECS = new URL('../../specs/', import.meta.url)

/** Their data do not come with the project. Only what these specs say is tested, not training. */
export const SPECS_WITHOUT_DATA = ['digits-pictures.json', 'flights.json', 'shapes.json', 'spam.json']

const all = readdirSync(SPECS).filter((file) => file.endsWith('.json') && !file.endsWith('.schema.json'))

/** All specs whose data are installed with the project. */
export const specs = all.filter((file) => !SPECS_WITHOUT_DATA.includes(file))
