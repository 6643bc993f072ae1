/** Draws the pictures that the training of an RBM leaves in the folder of its run. */
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { makeFolder } from '../base/make-folder.js'
import { sampleShapeOf } from '../data/load.js'
import { pngOf } from '../report/png.js'
import { MOST_ROWS, MOST_TILES, rbmPictures } from '../report/rbm-pictures.js'
import { tileShape } from '../report/tiles.js'
import { type PictureOptions, pictureNumbers } from '../run/pictures.js'
import { RUN_FILES } from '../spec/run-files.js'

/** Stops where it is interrupted, and returns false then. */
export async function drawPictures(
  directory: string,
  options: Omit<PictureOptions, 'samples' | 'fantasies'>,
): Promise<boolean> {
  try {
    const numbers = await pictureNumbers({ ...options, samples: MOST_ROWS, fantasies: MOST_TILES })
    const pictures = rbmPictures({
      tile: tileShape(sampleShapeOf(options.spec.data, options.session.form)),
      ...numbers,
    })
    const folder = join(directory, RUN_FILES.pictures)
    await makeFolder(folder, directory)
    for (const [name, image] of Object.entries(pictures)) await writeFileAtomic(join(folder, name), pngOf(image))
    return true
  } catch (error) {
    if (!options.signal.aborted) throw error
    return false
  }
}
