/*
 * Preloaded into one process, this counts the calls by which it changes files below a folder, and at the N-th strikes:
 * a signal before the call, half a write and then the signal, or a disk that is full from there on.
 * Set by death.ts: DEATH_COMMAND (the command whose process is meant), DEATH_ROOT (and DEATH_ALSO), DEATH_AT, DEATH_BY (a signal, or 0
 * for a full disk), DEATH_TWICE (so many calls later once more), DEATH_TORN, DEATH_TRACE (a file: a line for each call).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_meant, count, at, twice, by, is_torn, trace = -1;
static const char *root, *also;

static int number(const char *name) {
  const char *text = getenv(name);
  return text ? atoi(text) : 0;
}

__attribute__((constructor)) static void begin(int argc, char **argv) {
  const char *command = getenv("DEATH_COMMAND"), *path = getenv("DEATH_TRACE");
  root = getenv("DEATH_ROOT");
  also = getenv("DEATH_ALSO");
  if (!command || !root || !path || argc < 3 || strcmp(argv[2], command)) return;
  at = number("DEATH_AT");
  by = number("DEATH_BY");
  twice = number("DEATH_TWICE");
  is_torn = number("DEATH_TORN");
  trace = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  is_meant = 1;
}

static int is_ours(const char *path) {
  if (!is_meant || !path) return 0;
  return path[0] != '/' || !strncmp(path, root, strlen(root)) || (also && !strncmp(path, also, strlen(also)));
}

static const char *path_of(int fd) {
  static __thread char path[PATH_MAX];
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  path[length < 0 ? 0 : length] = 0;
  return path[0] == '/' && is_ours(path) ? path : NULL;
}

/* One more call. True: the disk is full by now. */
static int next(const char *call, const char *path) {
  int now = __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);
  char line[PATH_MAX + 64];
  int length = snprintf(line, sizeof line, "%d %s %s\n", now, call, path);
  if (trace >= 0) syscall(SYS_write, trace, line, length);
  if (at == 0) return 0;
  if (by == 0) return now >= at;
  if (now == at || (twice && now == at + twice)) kill(getpid(), by);
  return 0;
}

static int full(void) {
  errno = ENOSPC;
  return -1;
}

#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static int opened(const char *path, int flags) {
  if ((flags & (O_CREAT | O_TRUNC)) && is_ours(path)) next(flags & O_CREAT ? "create" : "truncate", path);
  return 0; /* a full disk has room for an empty file */
}

int open64(const char *path, int flags, ...) {
  REAL(open64);
  va_list rest;
  va_start(rest, flags);
  int mode = flags & O_CREAT ? va_arg(rest, int) : 0;
  va_end(rest);
  opened(path, flags);
  return real(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  REAL(open);
  va_list rest;
  va_start(rest, flags);
  int mode = flags & O_CREAT ? va_arg(rest, int) : 0;
  va_end(rest);
  opened(path, flags);
  return real(path, flags, mode);
}

int rename(const char *from, const char *to) {
  REAL(rename);
  if (is_ours(to)) next("rename", to);
  return real(from, to);
}

int link(const char *from, const char *to) {
  REAL(link);
  if (is_ours(to)) next("link", to);
  return real(from, to);
}

int symlink(const char *from, const char *to) {
  REAL(symlink);
  if (is_ours(to)) next("symlink", to);
  return real(from, to);
}

int unlink(const char *path) {
  REAL(unlink);
  if (is_ours(path)) next("unlink", path);
  return real(path);
}

int rmdir(const char *path) {
  REAL(rmdir);
  if (is_ours(path)) next("rmdir", path);
  return real(path);
}

int mkdir(const char *path, mode_t mode) {
  REAL(mkdir);
  if (is_ours(path) && next("mkdir", path) && access(path, F_OK)) return full();
  return real(path, mode);
}

int chmod(const char *path, mode_t mode) {
  REAL(chmod);
  if (is_ours(path)) next("chmod", path);
  return real(path, mode);
}

int utimensat(int folder, const char *path, const struct timespec times[2], int flags) {
  REAL(utimensat);
  if (is_ours(path)) next("utimensat", path);
  return real(folder, path, times, flags);
}

int fsync(int fd) {
  REAL(fsync);
  const char *path = is_meant ? path_of(fd) : NULL;
  if (path) next("fsync", path);
  return real(fd);
}

/* Dying in a write leaves the half of it, and so does a disk that fills up in it. */
static int written(int fd, const void *bytes, size_t length) {
  const char *path = is_meant ? path_of(fd) : NULL;
  if (!path) return 0;
  if (is_torn && by && count + 1 == at) syscall(SYS_write, fd, bytes, length / 2);
  return next("write", path);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  REAL(write);
  if (!written(fd, bytes, length)) return real(fd, bytes, length);
  return is_torn && count == at && length > 1 ? real(fd, bytes, length / 2) : full();
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  REAL(pwrite64);
  return written(fd, "", 0) ? full() : real(fd, bytes, length, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int length) {
  REAL(writev);
  return written(fd, "", 0) ? full() : real(fd, parts, length);
}

ssize_t sendfile64(int to, int from, off64_t *offset, size_t length) {
  REAL(sendfile64);
  return written(to, "", 0) ? full() : real(to, from, offset, length);
}

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned int flags) {
  REAL(copy_file_range);
  return written(to, "", 0) ? full() : real(from, from_at, to, to_at, length, flags);
}

long syscall(long call, ...) {
  REAL(syscall);
  va_list rest;
  va_start(rest, call);
  long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long);
  long d = va_arg(rest, long), e = va_arg(rest, long), f = va_arg(rest, long);
  va_end(rest);
#ifdef SYS_copy_file_range
  if (call == SYS_copy_file_range && written((int)c, "", 0)) return full();
#endif
  return real(call, a, b, c, d, e, f);
}
