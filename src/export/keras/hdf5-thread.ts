/** The thread that writes an HDF5 file, with the HDF5 library as WebAssembly (package `h5wasm`), in memory. */
import { parentPort, workerData } from 'node:worker_threads'
import { File, type Group, ready } from 'h5wasm'
import type { Hdf5Group } from './hdf5-writer.js'

// the library writes the time of each dataset, which would make every file another one
Date.now = () => 0

const PATH = 'weights.h5'

const library = await ready
const file = new File(PATH, 'w')
for (const { path, name, datasets } of workerData as readonly Hdf5Group[]) {
  const group = groupAt(path)
  group.create_attribute('name', name)
  for (const [index, { shape, values }] of datasets.entries()) {
    group.create_dataset({ name: `${index}`, data: values, shape: [...shape], dtype: '<f4' })
  }
}
file.close()
const bytes = library.FS.readFile(PATH)
parentPort!.postMessage(bytes, [bytes.buffer as ArrayBuffer])

/** Returns the group of a path, and makes those that are missing. */
function groupAt(path: string): Group {
  let group: Group = file
  for (const part of path.split('/')) group = (group.get(part) as Group | null) ?? group.create_group(part)
  return group
}
