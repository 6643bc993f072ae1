/*
 * TensorFlow's own library, which this one is linked to, as it would be seen on another machine.
 *   STUB_GPUS            how many GPUs there are; default 0
 *   STUB_SESSION_GPUS    how many of them a session finds; default all
 *   STUB_SESSION_ERROR   what making the first session ends with
 *   STUB_RUNS            how many runs there is memory for
 *   STUB_LOG             a file that gets the configuration of each session, and at the end what was made and not freed
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef void *Handle;
enum { RESOURCE_EXHAUSTED = 8, INTERNAL = 13 };

void TF_SetStatus(Handle status, int code, const char *words);

/* The library's own function of a name, found once. */
#define REAL(type, name) \
  static type (*real)(); \
  if (!real) real = (type(*)())dlsym(RTLD_NEXT, name)

/*
 * Only what is called from outside is counted: TensorFlow's functions call each other, and its kernels call them on
 * threads of their own.
 */
static __thread int inside;
static pthread_t caller;
__attribute__((constructor)) static void know_caller(void) { caller = pthread_self(); }
#define FROM_OUTSIDE (!inside && pthread_equal(caller, pthread_self()))

#define CALL(result, ...) \
  inside++; \
  result real(__VA_ARGS__); \
  inside--

#define KINDS(each) each(Status) each(Graph) each(Session) each(SessionOptions) each(Tensor) each(Buffer) \
  each(ImportGraphDefOptions) each(DeviceList)
#define COUNTER(kind) static long kind##s;
KINDS(COUNTER)

#define MAKES(kind, name, parameters, ...) \
  Handle name parameters { \
    REAL(Handle, #name); \
    CALL(Handle made =, __VA_ARGS__); \
    if (FROM_OUTSIDE && made) kind##s++; \
    return made; \
  }
#define FREES(kind, name, parameters, ...) \
  void name parameters { \
    REAL(void, #name); \
    if (FROM_OUTSIDE) kind##s--; \
    CALL(, __VA_ARGS__); \
  }

MAKES(Status, TF_NewStatus, (void))
FREES(Status, TF_DeleteStatus, (Handle status), status)
MAKES(Graph, TF_NewGraph, (void))
FREES(Graph, TF_DeleteGraph, (Handle graph), graph)
FREES(Session, TF_DeleteSession, (Handle session, Handle status), session, status)
MAKES(SessionOptions, TF_NewSessionOptions, (void))
FREES(SessionOptions, TF_DeleteSessionOptions, (Handle options), options)
MAKES(Tensor, TF_AllocateTensor, (int type, const int64_t *dims, int rank, size_t bytes), type, dims, rank, bytes)
FREES(Tensor, TF_DeleteTensor, (Handle tensor), tensor)
MAKES(Buffer, TF_NewBufferFromString, (Handle proto, size_t length), proto, length)
FREES(Buffer, TF_DeleteBuffer, (Handle buffer), buffer)
MAKES(ImportGraphDefOptions, TF_NewImportGraphDefOptions, (void))
FREES(ImportGraphDefOptions, TF_DeleteImportGraphDefOptions, (Handle options), options)
MAKES(DeviceList, TF_SessionListDevices, (Handle session, Handle status), session, status)
FREES(DeviceList, TF_DeleteDeviceList, (Handle list), list)

static FILE *log_file(void) {
  const char *path = getenv("STUB_LOG");
  return path ? fopen(path, "a") : NULL;
}

static long number(const char *name, long otherwise) {
  const char *text = getenv(name);
  return text ? atol(text) : otherwise;
}

Handle TF_NewSession(Handle graph, Handle options, Handle status) {
  REAL(Handle, "TF_NewSession");
  static int asked;
  const char *words = getenv("STUB_SESSION_ERROR");
  if (words && !asked++) {
    TF_SetStatus(status, INTERNAL, words);
    return NULL;
  }
  CALL(Handle made =, graph, options, status);
  if (made) Sessions++;
  return made;
}

void TF_SetConfig(Handle options, const unsigned char *proto, size_t length, Handle status) {
  REAL(void, "TF_SetConfig");
  FILE *file = log_file();
  if (file) {
    fprintf(file, "config ");
    for (size_t at = 0; at < length; at++) fprintf(file, "%02x", proto[at]);
    fprintf(file, "\n");
    fclose(file);
  }
  CALL(, options, proto, length, status);
}

static int real_devices(Handle list) {
  REAL(int, "TF_DeviceListCount");
  CALL(int count =, list);
  return count;
}

int TF_DeviceListCount(Handle list) { return real_devices(list) + number("STUB_SESSION_GPUS", number("STUB_GPUS", 0)); }

const char *TF_DeviceListType(Handle list, int index, Handle status) {
  REAL(const char *, "TF_DeviceListType");
  if (index >= real_devices(list)) return "GPU";
  CALL(const char *type =, list, index, status);
  return type;
}

static long runs;

void TF_SessionRun(Handle session, Handle options, Handle inputs, Handle values, int inputs_count, Handle outputs,
                   Handle *results, int outputs_count, Handle targets, int targets_count, Handle metadata,
                   Handle status) {
  REAL(void, "TF_SessionRun");
  long most = number("STUB_RUNS", -1);
  if (most >= 0 && ++runs > most) {
    TF_SetStatus(status, RESOURCE_EXHAUSTED,
                 "OOM when allocating tensor with shape[64,784] on device:GPU:0 by allocator GPU_0_bfc\n\t [[{{node n}}]]");
    return;
  }
  CALL(, session, options, inputs, values, inputs_count, outputs, results, outputs_count, targets, targets_count,
       metadata, status);
  for (int at = 0; at < outputs_count; at++)
    if (results[at]) __atomic_add_fetch(&Tensors, 1, __ATOMIC_SEQ_CST);
}

__attribute__((destructor)) static void tell(void) {
  FILE *file = log_file();
  if (!file) return;
#define TELL(kind) if (kind##s) fprintf(file, "left %s %ld\n", #kind, kind##s);
  KINDS(TELL)
  fprintf(file, "end\n");
  fclose(file);
}
