/* The bench's load target: an OpenAI-style streaming server on loopback whose timing is exact and on record.
 *
 *   sse-target PORT TOKENS GAP_US TTFT_US SECONDS [options]
 *
 * PORT 0 takes a free port; "listening PORT" is printed once connections are accepted. Every POST is answered with
 * TOKENS content events, then, in the write of the last one, the usage event and [DONE]. The first event is written
 * TTFT_US after the request was read, each next one GAP_US later; with GAP_US 0 all events go out in one write.
 * Ends by itself after SECONDS, or on SIGTERM, and prints one JSON line about its own punctuality.
 *
 *   --stamp content|fingerprint|none   where a paced event says when it was written (default content): 16 digits,
 *                                      microseconds of CLOCK_MONOTONIC, the clock of process.hrtime() in Node
 *   --role-chunk                       a role-only event goes out with the headers, before the first token
 *   --stall-at-ms X --stall-ms Y       X ms after the first request all is frozen for Y ms: nothing is accepted, read
 *                                      or written, and what was due is done that much later
 *   --truth FILE                       one JSON line per request: its id, when it was read, first and last written
 *   --die-with-parent                  ends when the process that started it does
 *
 * Why the stamp is in the text: the events of real servers differ in their text only, so a stamp anywhere else would
 * make this stream unlike a real one.
 *
 * answer.c writes, connection.c reads; here are the options, the loop and the stall. */
#include "target.h"
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Events written in one turn of the loop at most; then sockets are read. */
#define TURN 512

Options options = { .stamp = STAMP_CONTENT };
Counts counts;
Conn *conns[MAX_FD];
int epoll_fd, listen_fd;

static volatile sig_atomic_t stopping;

/* Freezes everything once its time has come. */
static void stall_when_due(void) {
  if (!options.has_stall || !counts.first_request_at || now() < counts.first_request_at + options.stall_at) return;
  options.has_stall = 0;
  Micros began_at = now(), ends_at = began_at + options.stall_for;
  while (!stopping && now() < ends_at) usleep(1000);
  counts.stalled_for = now() - began_at;
}

static Micros time_to_wait(Micros stop_at) {
  Micros at = now(), until = stop_at;
  Conn *c = earliest();
  if (c && c->due_at + counts.stalled_for < until) until = c->due_at + counts.stalled_for;
  if (options.has_stall && counts.first_request_at && counts.first_request_at + options.stall_at < until) until = counts.first_request_at + options.stall_at;
  return until > at ? until - at : 0;
}

static int wait_ready(struct epoll_event *ready, int room, Micros wait) {
  static int has_pwait2 = 1;
  if (has_pwait2) {
    struct timespec t = { wait / 1000000, wait % 1000000 * 1000 };
    int n = epoll_pwait2(epoll_fd, ready, room, &t, NULL);
    if (n >= 0 || errno != ENOSYS) return n;
    has_pwait2 = 0;
  }
  return epoll_wait(epoll_fd, ready, room, wait / 1000);
}

static void serve(Micros stop_at) {
  struct epoll_event ready[512];
  while (!stopping && now() < stop_at) {
    int n = wait_ready(ready, 512, time_to_wait(stop_at));
    stall_when_due();
    for (int i = 0; i < n; i++) {
      int fd = ready[i].data.fd;
      if (fd == listen_fd) { accept_all(); continue; }
      if (conns[fd] && ready[i].events & EPOLLOUT) on_writable(conns[fd]);
      if (conns[fd] && ready[i].events & ~EPOLLOUT) on_readable(conns[fd]);
      /* An answer given at once leaves room for a request that was pipelined behind it; use() has seen to it. */
    }
    Conn *c;
    for (int left = TURN; left > 0 && (c = earliest()) && c->due_at <= server_now(); left--) {
      continue_answer(c);
      if (c->state == READING_HEAD && c->in.len > 0) use_kept(c);
    }
  }
}

static Micros late_percentile(double p) {
  uint64_t total = 0, seen = 0;
  for (int i = 0; i < LATE_PLACES; i++) total += counts.late[i];
  for (int i = 0; i < LATE_PLACES; i++) if ((seen += counts.late[i]) > total * p) return i;
  return 0;
}

static void on_signal(int signal) { (void)signal; stopping = 1; }

static int fail(const char *what) { fprintf(stderr, "sse-target: %s: %s\n", what, strerror(errno)); return 1; }

static int usage(const char *why) {
  fprintf(stderr, "sse-target: %s\nusage: sse-target PORT TOKENS GAP_US TTFT_US SECONDS [--stamp content|fingerprint|none] [--role-chunk] "
    "[--stall-at-ms X --stall-ms Y] [--truth FILE] [--die-with-parent]\n", why);
  return 2;
}

int main(int argc, char **argv) {
  if (argc < 6) return usage("five numbers are needed");
  options.tokens = atoi(argv[2]);
  options.gap = strtoull(argv[3], NULL, 10);
  options.ttft = strtoull(argv[4], NULL, 10);
  if (options.tokens < 1) return usage("TOKENS must be at least 1");
  for (int i = 6; i < argc; i++) {
    char *name = argv[i], *value = argv[i + 1];
    if (!strcmp(name, "--role-chunk")) { options.role_chunk = 1; continue; }
    if (!strcmp(name, "--die-with-parent")) { prctl(PR_SET_PDEATHSIG, SIGTERM); continue; }
    if (!value) return usage("an option is unknown or lacks its value");
    i++;
    if (!strcmp(name, "--stall-at-ms")) options.stall_at = strtoull(value, NULL, 10) * 1000;
    else if (!strcmp(name, "--stall-ms")) { options.stall_for = strtoull(value, NULL, 10) * 1000; options.has_stall = 1; }
    else if (!strcmp(name, "--truth")) { if (!(options.truth = fopen(value, "w"))) return fail(value); }
    else if (!strcmp(name, "--stamp")) {
      if (!strcmp(value, "content")) options.stamp = STAMP_CONTENT;
      else if (!strcmp(value, "fingerprint")) options.stamp = STAMP_FINGERPRINT;
      else if (!strcmp(value, "none")) options.stamp = STAMP_NONE;
      else return usage("--stamp is content, fingerprint or none");
    } else return usage("an option is unknown");
  }
  make_events();
  if (options.truth) setvbuf(options.truth, NULL, _IOFBF, 1 << 20);

  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  prctl(PR_SET_TIMERSLACK, 1000);
  struct sigaction action = { .sa_handler = on_signal };
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);

  int one = 1;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t address_len = sizeof address;
  listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listen_fd, (void *)&address, sizeof address) || listen(listen_fd, 4096)) return fail("cannot listen on 127.0.0.1");
  getsockname(listen_fd, (void *)&address, &address_len);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event e = { .events = EPOLLIN, .data.fd = listen_fd };
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listen_fd, &e);
  printf("listening %d\n", ntohs(address.sin_port));
  fflush(stdout);

  serve(now() + strtoull(argv[5], NULL, 10) * 1000000);

  if (options.truth) fclose(options.truth);
  printf("{\"requests\":%llu,\"tokens\":%llu,\"partialWrites\":%llu,\"lateUs\":{\"p50\":%llu,\"p99\":%llu,\"max\":%llu}}\n",
    (unsigned long long)counts.requests, (unsigned long long)counts.tokens, (unsigned long long)counts.partial_writes,
    (unsigned long long)late_percentile(0.5), (unsigned long long)late_percentile(0.99), (unsigned long long)counts.late_max);
  return 0;
}
