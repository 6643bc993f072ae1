/** Opens a trained model. Its work is loaded when it begins. */
import type { StoredModel } from '../run/open-model.js'

/**
 * Opens the model of a run: its spec, the form of its data, and its weights. Reads no data, and opens no engine. Throws a
 * UserError if the folder is not that of a finished run.
 */
export async function openModel(run: string): Promise<StoredModel> {
  const [opening, { withUserErrors }] = await Promise.all([import('../run/open-model.js'), import('./user-error.js')])
  return withUserErrors(() => opening.openModel(run))
}
