/**
 * Loaded before a program (LD_PRELOAD), writes to the file WATCH_LOG what the program and its children write to and whom
 * they ask: a line each, `write PATH`, `network FAMILY`, `name NAME`. Linux.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <limits.h>

static void note(const char *what, const char *text) {
  static int log = -1;
  if (log < 0) {
    int (*open_)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    log = open_(getenv("WATCH_LOG"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  }
  char line[PATH_MAX + 64];
  int length = snprintf(line, sizeof line, "%s %s\n", what, text);
  if (write(log, line, length)) {}
}

/* A path with the folder that it is meant from. */
static void changed(const char *path) {
  char folder[PATH_MAX], whole[2 * PATH_MAX];
  if (path == NULL || path[0] == '/') return note("write", path ? path : "");
  if (!getcwd(folder, sizeof folder)) folder[0] = 0;
  snprintf(whole, sizeof whole, "%s/%s", folder, path);
  note("write", whole);
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define OPENS(flags) (((flags) & O_ACCMODE) != O_RDONLY || ((flags) & (O_CREAT | O_TRUNC)))
#define MODE(flags) \
  va_list rest; \
  va_start(rest, flags); \
  mode_t mode = ((flags) & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0; \
  va_end(rest);

int open(const char *path, int flags, ...) {
  REAL(open);
  MODE(flags)
  if (OPENS(flags)) changed(path);
  return real(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  REAL(open64);
  MODE(flags)
  if (OPENS(flags)) changed(path);
  return real(path, flags, mode);
}
int openat(int at, const char *path, int flags, ...) {
  REAL(openat);
  MODE(flags)
  if (OPENS(flags)) changed(path);
  return real(at, path, flags, mode);
}
int openat64(int at, const char *path, int flags, ...) {
  REAL(openat64);
  MODE(flags)
  if (OPENS(flags)) changed(path);
  return real(at, path, flags, mode);
}
int creat(const char *path, mode_t mode) {
  REAL(creat);
  changed(path);
  return real(path, mode);
}
FILE *fopen(const char *path, const char *mode) {
  REAL(fopen);
  if (strpbrk(mode, "wa+")) changed(path);
  return real(path, mode);
}
FILE *fopen64(const char *path, const char *mode) {
  REAL(fopen64);
  if (strpbrk(mode, "wa+")) changed(path);
  return real(path, mode);
}
int mkdir(const char *path, mode_t mode) {
  REAL(mkdir);
  changed(path);
  return real(path, mode);
}
int rename(const char *from, const char *to) {
  REAL(rename);
  changed(to);
  return real(from, to);
}
int link(const char *from, const char *to) {
  REAL(link);
  changed(to);
  return real(from, to);
}
int symlink(const char *from, const char *to) {
  REAL(symlink);
  changed(to);
  return real(from, to);
}
int unlink(const char *path) {
  REAL(unlink);
  changed(path);
  return real(path);
}
int socket(int domain, int type, int protocol) {
  REAL(socket);
  if (domain == AF_INET) note("network", "IPv4");
  else if (domain == AF_INET6) note("network", "IPv6");
  return real(domain, type, protocol);
}
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
  REAL(getaddrinfo);
  note("name", node ? node : "");
  return real(node, service, hints, result);
}
