/* A plugin that tries what a worker must not do, or dies in the way that the request names. An
 * attempt answers {"errno": N}: 0, it succeeded. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conserje/cj.h"

typedef struct criminal {
  cj_instance table;
  cj_host host;
  pthread_t thread;
  int has_thread;
} criminal;

static cj_str text(const char *literal) { return (cj_str){literal, strlen(literal)}; }
static cj_buf fixed(const char *literal) { return (cj_buf){literal, strlen(literal), NULL, NULL}; }

static int is(const cj_request *request, const char *what) {
  return request->head.size == strlen(what) &&
         memcmp(request->head.data, what, request->head.size) == 0;
}

static int error_of(long outcome) { return outcome < 0 ? errno : 0; }

static int open_error(const char *path, int flags) {
  const int fd = open(path, flags, 0600);
  if (fd < 0) return errno;
  close(fd);
  return 0;
}

static int socket_error(int family, int type) {
  const int fd = socket(family, type, 0);
  if (fd < 0) return errno;
  close(fd);
  return 0;
}

static int connect_abstract(void) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return errno;
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "\0conserje-test"};
  const int error = error_of(connect(ends[0], (struct sockaddr *)&address, sizeof address));
  close(ends[0]);
  close(ends[1]);
  return error;
}

static int allocate(size_t megabytes) {
  const size_t size = megabytes << 20;
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return errno;
  munmap(memory, size);
  return 0;
}

static int fork_error(void) {
  for (int i = 0; i < 100; ++i) { /* A bomb, were it not for the sandbox. */
    const long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (child < 0) return errno;
    if (child == 0) _exit(0);
    waitpid((pid_t)child, NULL, 0);
  }
  return 0;
}

static int execute(void) {
  char *arguments[] = {"/bin/true", NULL};
  char *environment[] = {NULL};
  return error_of(execve(arguments[0], arguments, environment));
}

static int write_file(void) {
  return open_error("/tmp/conserje-escape", O_WRONLY | O_CREAT | O_TRUNC);
}

static int raise_limit(void) {
  const struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
  return error_of(setrlimit(RLIMIT_CORE, &limit));
}

static int read_parent(void) {
  char byte;
  const struct iovec here = {&byte, 1};
  const struct iovec there = {(void *)0x400000, 1};
  return error_of(process_vm_readv(getppid(), &here, 1, &there, 1, 0));
}

static int attempt(const cj_request *request) {
  if (is(request, "read /etc/passwd")) return open_error("/etc/passwd", O_RDONLY);
  if (is(request, "read /proc/self/environ")) return open_error("/proc/self/environ", O_RDONLY);
  if (is(request, "list /")) return open_error("/", O_RDONLY | O_DIRECTORY);
  if (is(request, "write /tmp")) return write_file();
  if (is(request, "mkdir /tmp/x")) return error_of(mkdir("/tmp/conserje-escape-d", 0700));
  if (is(request, "unlink")) return error_of(unlink("/tmp/conserje-escape"));
  if (is(request, "read a library")) return open_error("/lib/x86_64-linux-gnu/libc.so.6", O_RDONLY);
  if (is(request, "inet socket")) return socket_error(AF_INET, SOCK_STREAM);
  if (is(request, "inet6 socket")) return socket_error(AF_INET6, SOCK_DGRAM);
  if (is(request, "unix socket")) return socket_error(AF_UNIX, SOCK_STREAM);
  if (is(request, "netlink socket")) return socket_error(AF_NETLINK, SOCK_RAW);
  if (is(request, "raw socket")) return socket_error(AF_INET, SOCK_RAW);
  if (is(request, "connect abstract")) return connect_abstract();
  if (is(request, "exec")) return execute();
  if (is(request, "fork bomb")) return fork_error();
  if (is(request, "ptrace parent")) return error_of(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
  if (is(request, "read parent")) return read_parent();
  if (is(request, "kill parent")) return error_of(kill(getppid(), SIGKILL));
  if (is(request, "kill all")) return error_of(kill(-1, SIGKILL));
  if (is(request, "pidfd parent")) return error_of(syscall(SYS_pidfd_open, getppid(), 0));
  if (is(request, "allocate 4 GB")) return allocate(4096);
  if (is(request, "allocate 128 MB")) return allocate(128);
  if (is(request, "memfd")) return error_of(memfd_create("x", 0));
  if (is(request, "raise limit")) return raise_limit();
  if (is(request, "mount")) return error_of(mount("none", "/mnt", "tmpfs", 0, NULL));
  if (is(request, "chroot")) return error_of(chroot("/"));
  if (is(request, "unshare")) return error_of(unshare(CLONE_NEWUSER));
  if (is(request, "bpf")) return error_of(syscall(SYS_bpf, BPF_MAP_CREATE, NULL, 0));
  if (is(request, "perf")) return error_of(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
  if (is(request, "io_uring")) return error_of(syscall(SYS_io_uring_setup, 1, NULL));
  if (is(request, "keyctl")) return error_of(syscall(SYS_keyctl, 0, -3, 0, 0, 0));
  if (is(request, "getenv")) return getenv("CONSERJE_TEST_SECRET") == NULL ? ENOENT : 0;
  if (is(request, "outlive the host")) return error_of(prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0));
  return -1;
}

static void *speak(void *p) {
  const criminal *self = p;
  const cj_log_v1 *log =
      (const cj_log_v1 *)self->host.get_extension(self->host.ctx, text("cj.log/1"));
  const cj_clock_v1 *clock =
      (const cj_clock_v1 *)self->host.get_extension(self->host.ctx, text("cj.clock/1"));
  if (clock->wall_ms(self->host.ctx) > 0)
    log->write(self->host.ctx, CJ_LOG_INFO, text("from a thread of its own"), text(""));
  return NULL;
}

static void end(const cj_request *request) {
  if (is(request, "segv")) {
    signal(SIGSEGV, SIG_DFL); /* A sanitizer would report and exit instead. */
    raise(SIGSEGV);
  }
  if (is(request, "abort")) {
    signal(SIGABRT, SIG_DFL);
    abort();
  }
  if (is(request, "exit")) _exit(3);
  if (is(request, "close all")) {
    syscall(SYS_close_range, 0, ~0U, 0);
  }
  if (is(request, "speak out of turn")) {
    for (int fd = 3; fd < 64; ++fd) (void)!write(fd, "nonsense", 8);
  }
}

static void invoke(void *p, const cj_call *call, const cj_request *request, cj_result *result) {
  criminal *self = p;
  result->head = fixed("{}");
  end(request);
  if (is(request, "hang")) {
    for (;;) sched_yield();
  }
  if (is(request, "wait for the end")) {
    while (__atomic_load_n(call->cancelled, __ATOMIC_ACQUIRE) == 0) sched_yield();
    result->status = CJ_STATUS(CJ_CLASS_CANCELLED, 0);
    return;
  }
  if (is(request, "write")) {
    printf("on standard output\n");
    fflush(stdout);
    fprintf(stderr, "on standard error\n");
    return;
  }
  if (is(request, "thread")) {
    self->has_thread = pthread_create(&self->thread, NULL, speak, self) == 0;
    return;
  }
  const int error = attempt(request);
  if (error < 0) return;
  char *reply = malloc(32);
  const int size = snprintf(reply, 32, "{\"errno\":%d}", error);
  result->head = (cj_buf){reply, (uint64_t)size, reply, free};
}

static void drain(void *p, const cj_call *call, cj_result *result) {
  criminal *self = p;
  (void)call, (void)result;
  if (self->has_thread) pthread_join(self->thread, NULL);
  self->has_thread = 0;
}

static void start(void *p, const cj_call *call, cj_result *result) {
  const criminal *self = p;
  (void)call, (void)result;
  const cj_timer_v1 *timer =
      (const cj_timer_v1 *)self->host.get_extension(self->host.ctx, text("cj.timer/1"));
  timer->set(self->host.ctx, text("poll"), 1000, 1000);
}

static void destroy(void *p) { free(p); }

static void create(const cj_host *host, const cj_call *call, cj_str config,
                   const cj_instance **instance, cj_result *result) {
  (void)call;
  if (config.size > 6 && memmem(config.data, config.size, "\"die\"", 5) != NULL) {
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
  }
  criminal *self = calloc(1, sizeof *self);
  if (self == NULL) {
    result->status = CJ_STATUS(CJ_CLASS_RETRY, 0);
    return;
  }
  self->host = *host;
  self->table = (cj_instance){.size = sizeof(cj_instance),
                              .self = self,
                              .start = start,
                              .invoke = invoke,
                              .drain = drain,
                              .destroy = destroy};
  *instance = &self->table;
}

static const cj_plugin plugin = {sizeof(cj_plugin), CJ_ABI_VERSION, create, NULL};

const cj_plugin *cj_entry(uint32_t abi) { return abi == CJ_ABI_VERSION ? &plugin : NULL; }
