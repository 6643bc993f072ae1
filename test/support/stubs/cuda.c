/* NVIDIA's driver, as it would be on another machine: its CUDA version, how many devices it has,
 * and which folder it would keep compiled kernels in. */
#include <stdio.h>
#include <stdlib.h>

static int number(const char *name) { return getenv(name) ? atoi(getenv(name)) : 0; }

int cuInit(unsigned flags) {
  FILE *log = getenv("STUB_LOG") ? fopen(getenv("STUB_LOG"), "a") : NULL;
  if (log) fprintf(log, "kernels %s\n", getenv("CUDA_CACHE_PATH")), fclose(log);
  return number("STUB_GPUS") ? 0 : 100;
}
int cuDriverGetVersion(int *version) { return *version = number("STUB_DRIVER"), 0; }
int cuDeviceGetCount(int *count) { return *count = number("STUB_GPUS"), 0; }
int cuDeviceGetName(char *name, int length, int device) { return snprintf(name, length, "Stub %d", device), 0; }
