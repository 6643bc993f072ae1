/** Finds TensorFlow's C library on this machine. */

/** Where the library lies. Both files must be loaded from their own folder, so that their relative run paths resolve. */
export interface TensorflowLibrary {
  /** Absolute path of `libtensorflow_cc.so.2`, `libtensorflow.so.2`, `libtensorflow_cc.2.dylib`, ...: the one with the C API. */
  readonly file: string
  /** Where it was found, as a person would say it: `TRAINSPEC_TENSORFLOW`, `train setup`, `@tensorflow/tfjs-node`, `Python in /x/venv`. */
  readonly source: string
  /** Whether it can use a CUDA device, as far as its files tell. */
  readonly cuda: boolean
}
