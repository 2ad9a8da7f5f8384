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
 * All requests share one TTFT and one gap, so due times come in order: two queues take the place of a heap. */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef uint64_t Micros;
typedef struct Conn Conn;
typedef struct Queue { Conn *first, *last; } Queue;
typedef struct Bytes { char *at; size_t from, len, room; } Bytes;   /* the bytes at + from … at + from + len */

enum State { READING_HEAD, READING_BODY, ANSWERING };

struct Conn {
  int fd;
  enum State state;
  int close_after, wants_write;
  uint64_t body_left, request;
  Micros received_at, first_at, last_at, due_at;
  int next_token;
  Bytes in;          /* what was read but not used: part of a head, or pipelined requests */
  Bytes out;         /* what the socket did not take */
  Queue *queue;      /* where this connection waits for its next event */
  Conn *before, *after;
};

enum Stamp { STAMP_NONE, STAMP_CONTENT, STAMP_FINGERPRINT };

static struct {
  int tokens, role_chunk, has_stall;
  enum Stamp stamp;
  Micros gap, ttft, stall_at, stall_for;
  FILE *truth;
} options = { .stamp = STAMP_CONTENT };

/* An event, framed as one HTTP chunk, with the places of what is filled in when it is written (-1: none). */
typedef struct Event { char *text; int len, id_at, stamp_at; } Event;

#define ID_DIGITS 16
#define STAMP_DIGITS 16
#define ID_BLANK "iiiiiiiiiiiiiiii"
#define STAMP_BLANK "ssssssssssssssss"
#define MAX_HEAD (64 << 10)
#define MAX_PIPELINED (1 << 20)
#define MAX_FD 65536
#define HEAD "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
#define REFUSAL "HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
/* Events written in one turn of the loop at most; then sockets are read. */
#define TURN 512

static Event *token_events, role_event, closing_events[2];
static char *whole;            /* headers and all events: the answer when nothing is paced */
static int whole_len, *whole_ids, whole_id_count;
static Queue waiting_first, waiting_next;
static Conn *conns[MAX_FD];
static int epoll_fd, listen_fd;
static Micros stalled_for, first_request_at;
static volatile sig_atomic_t stopping;

/* Lateness of each paced write against its due time, in microseconds; the last place holds all that is later. */
#define LATE_PLACES 100000
static uint32_t late[LATE_PLACES];
static Micros late_max;
static uint64_t request_count, event_count, partial_writes;

static Micros now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (Micros)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* The clock the schedule runs on: it stood still while the server was stalled. */
static Micros server_now(void) { return now() - stalled_for; }

static void *must(void *memory) {
  if (!memory) { fputs("sse-target: out of memory\n", stderr); exit(1); }
  return memory;
}

/* ---- queues ---- */

static void enqueue(Queue *q, Conn *c, Micros due_at) {
  c->queue = q;
  c->due_at = due_at;
  c->after = NULL;
  c->before = q->last;
  if (q->last) q->last->after = c; else q->first = c;
  q->last = c;
}

static void dequeue(Conn *c) {
  Queue *q = c->queue;
  if (!q) return;
  if (c->before) c->before->after = c->after; else q->first = c->after;
  if (c->after) c->after->before = c->before; else q->last = c->before;
  c->queue = NULL;
}

static Conn *earliest(void) {
  Conn *a = waiting_first.first, *b = waiting_next.first;
  return !a ? b : !b || a->due_at <= b->due_at ? a : b;
}

/* ---- bytes in and out ---- */

static void release(Bytes *b) { free(b->at); *b = (Bytes){ 0 }; }

static void append(Bytes *b, const char *bytes, size_t len) {
  if (b->from > 0 && b->from + b->len + len > b->room) {
    memmove(b->at, b->at + b->from, b->len);
    b->from = 0;
  }
  if (b->len + len > b->room) {
    b->room = (b->len + len) * 2;
    b->at = must(realloc(b->at, b->room));
  }
  memcpy(b->at + b->from + b->len, bytes, len);
  b->len += len;
}

static void consume(Bytes *b, size_t len) {
  b->from += len;
  b->len -= len;
  if (b->len == 0) release(b);
}

static void watch(Conn *c, int write) {
  struct epoll_event e = { .events = EPOLLIN | (write ? EPOLLOUT : 0), .data.fd = c->fd };
  c->wants_write = write;
  epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &e);
}

static void drop(Conn *c) {
  dequeue(c);
  close(c->fd);
  conns[c->fd] = NULL;
  release(&c->in);
  release(&c->out);
  free(c);
}

/* Writes now what the socket takes, and the rest when it takes more. A broken connection shows itself on reading. */
static void put(Conn *c, const char *bytes, size_t len) {
  if (c->out.len == 0) {
    ssize_t sent = send(c->fd, bytes, len, MSG_NOSIGNAL);
    if (sent == (ssize_t)len) return;
    if (sent < 0) {
      if (errno != EAGAIN && errno != EINTR) return;
      sent = 0;
    }
    bytes += sent;
    len -= sent;
    partial_writes++;
  }
  append(&c->out, bytes, len);
  if (!c->wants_write) watch(c, 1);
}

/* ---- the answer ---- */

static Event make_event(const char *data) {
  int data_len = strlen(data), room = data_len + 64;
  Event e = { .text = must(malloc(room)) };
  e.len = snprintf(e.text, room, "%x\r\n%s\r\n", data_len, data);
  char *id = strstr(e.text, ID_BLANK), *stamp = strstr(e.text, STAMP_BLANK);
  e.id_at = id ? id - e.text : -1;
  e.stamp_at = stamp ? stamp - e.text : -1;
  return e;
}

#define CHUNK "data: {\"id\":\"chatcmpl-" ID_BLANK "\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"target\","

static void make_events(void) {
  int paced = options.gap > 0;
  const char *fingerprint = paced && options.stamp == STAMP_FINGERPRINT ? "\"system_fingerprint\":\"" STAMP_BLANK "\"," : "";
  char data[1024];
  token_events = must(calloc(options.tokens, sizeof *token_events));
  for (int i = 0; i < options.tokens; i++) {
    char text[64];
    if (paced && options.stamp == STAMP_CONTENT) strcpy(text, " " STAMP_BLANK);
    else snprintf(text, sizeof text, " token%d", i);
    snprintf(data, sizeof data, CHUNK "%s\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"},\"logprobs\":null,\"finish_reason\":%s}]}\n\n",
      fingerprint, text, i == options.tokens - 1 ? "\"length\"" : "null");
    token_events[i] = make_event(data);
  }
  role_event = make_event(CHUNK "\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n");
  snprintf(data, sizeof data, CHUNK "\"choices\":[],\"usage\":{\"prompt_tokens\":40,\"total_tokens\":%d,\"completion_tokens\":%d}}\n\n",
    40 + options.tokens, options.tokens);
  closing_events[0] = make_event(data);
  closing_events[1] = make_event("data: [DONE]\n\n");
}

static void add_whole(const char *bytes, int len, int id_at) {
  if (id_at >= 0) whole_ids[whole_id_count++] = whole_len + id_at;
  memcpy(whole + whole_len, bytes, len);
  whole_len += len;
}

static void make_whole(void) {
  size_t room = sizeof HEAD + role_event.len + closing_events[0].len + closing_events[1].len + 8;
  for (int i = 0; i < options.tokens; i++) room += token_events[i].len;
  whole = must(malloc(room));
  whole_ids = must(calloc(options.tokens + 2, sizeof *whole_ids));
  if (options.ttft == 0) add_whole(HEAD, sizeof HEAD - 1, -1);
  if (options.ttft == 0 && options.role_chunk) add_whole(role_event.text, role_event.len, role_event.id_at);
  for (int i = 0; i < options.tokens; i++) add_whole(token_events[i].text, token_events[i].len, token_events[i].id_at);
  for (int i = 0; i < 2; i++) add_whole(closing_events[i].text, closing_events[i].len, closing_events[i].id_at);
  add_whole("0\r\n\r\n", 5, -1);
}

static void put_digits(char *at, const char *format, uint64_t value) {
  char digits[32];
  snprintf(digits, sizeof digits, format, (unsigned long long)value);
  memcpy(at, digits, ID_DIGITS);
}

static void fill_id(char *text, int id_at, uint64_t request) {
  if (id_at >= 0) put_digits(text + id_at, "%016llx", request);
}

static void close_if_done(Conn *c) {
  if (c->close_after && c->state == READING_HEAD && c->out.len == 0) shutdown(c->fd, SHUT_WR);
}

static void finish_answer(Conn *c) {
  c->state = READING_HEAD;
  if (options.truth)
    fprintf(options.truth, "{\"id\":\"chatcmpl-%016llx\",\"receivedUs\":%llu,\"firstWriteUs\":%llu,\"lastWriteUs\":%llu}\n",
      (unsigned long long)c->request, (unsigned long long)c->received_at, (unsigned long long)c->first_at, (unsigned long long)c->last_at);
  close_if_done(c);
}

static void answer_at_once(Conn *c) {
  /* Distinct ids cost a copy per event; without a truth file nobody asks for them. */
  if (options.truth || request_count == 1)
    for (int i = 0; i < whole_id_count; i++) fill_id(whole, whole_ids[i], c->request);
  c->first_at = c->last_at = now();
  put(c, whole, whole_len);
  event_count += options.tokens;
  finish_answer(c);
}

/* Writes the event that is due. */
static void continue_answer(Conn *c) {
  Micros due_at = c->due_at, late_by = server_now() - due_at;
  late[late_by < LATE_PLACES ? late_by : LATE_PLACES - 1]++;
  if (late_by > late_max) late_max = late_by;
  dequeue(c);
  if (options.gap == 0) { answer_at_once(c); return; }
  Event *e = &token_events[c->next_token++];
  int last = c->next_token == options.tokens;
  event_count++;
  fill_id(e->text, e->id_at, c->request);
  c->last_at = now();
  if (c->next_token == 1) c->first_at = c->last_at;
  if (e->stamp_at >= 0) put_digits(e->text + e->stamp_at, "%016llu", c->last_at);
  if (!last) {
    put(c, e->text, e->len);
    enqueue(&waiting_next, c, due_at + options.gap);
    return;
  }
  char end[4096];
  int len = 0;
  memcpy(end, e->text, e->len); len += e->len;
  for (int i = 0; i < 2; i++) {
    fill_id(closing_events[i].text, closing_events[i].id_at, c->request);
    memcpy(end + len, closing_events[i].text, closing_events[i].len); len += closing_events[i].len;
  }
  memcpy(end + len, "0\r\n\r\n", 5); len += 5;
  put(c, end, len);
  finish_answer(c);
}

static void begin_answer(Conn *c) {
  c->state = ANSWERING;
  c->request = ++request_count;
  c->received_at = now();
  c->next_token = 0;
  if (!first_request_at) first_request_at = c->received_at;
  if (options.gap == 0 && options.ttft == 0) { answer_at_once(c); return; }
  if (options.role_chunk) {
    char begin[2048];
    int len = sizeof HEAD - 1;
    memcpy(begin, HEAD, len);
    fill_id(role_event.text, role_event.id_at, c->request);
    memcpy(begin + len, role_event.text, role_event.len); len += role_event.len;
    put(c, begin, len);
  } else put(c, HEAD, sizeof HEAD - 1);
  enqueue(&waiting_first, c, c->received_at - stalled_for + options.ttft);
}

/* ---- requests ---- */

static int is_header(const char *line, size_t len, const char *name) {
  size_t n = strlen(name);
  return len > n && line[n] == ':' && !strncasecmp(line, name, n);
}

/* Reads a complete head of `len` bytes; what is no POST of known length is refused. */
static void read_head(Conn *c, const char *head, size_t len) {
  c->body_left = 0;
  const char *end = head + len, *line = head;
  int refused = len < 5 || memcmp(head, "POST ", 5);
  while (line < end) {
    const char *next = memchr(line, '\n', end - line);
    next = next ? next + 1 : end;
    size_t n = next - line;
    if (is_header(line, n, "content-length")) c->body_left = strtoull(line + 15, NULL, 10);
    else if (is_header(line, n, "connection")) c->close_after = memmem(line, n, "close", 5) != NULL;
    else if (is_header(line, n, "transfer-encoding")) refused = 1;
    line = next;
  }
  if (!refused) { c->state = READING_BODY; return; }
  c->close_after = 1;
  put(c, REFUSAL, sizeof REFUSAL - 1);
  close_if_done(c);
}

/* Uses as many bytes as it can; returns how many, or -1 when the connection makes no sense. */
static ssize_t use(Conn *c, const char *bytes, size_t len) {
  size_t used = 0;
  while (c->state != ANSWERING) {
    size_t left = len - used;
    if (c->state == READING_HEAD) {
      const char *end = left ? memmem(bytes + used, left, "\r\n\r\n", 4) : NULL;
      if (!end) return left > MAX_HEAD ? -1 : (ssize_t)used;
      size_t head_len = end + 4 - (bytes + used);
      read_head(c, bytes + used, head_len);
      used += head_len;
    } else {
      uint64_t part = left < c->body_left ? left : c->body_left;
      used += part;
      c->body_left -= part;
      if (c->body_left > 0) return used;
      begin_answer(c);
    }
  }
  return used;
}

/* Uses what is kept, for instance a request that came while the one before was answered. */
static void use_kept(Conn *c) {
  ssize_t used = use(c, c->in.at + c->in.from, c->in.len);
  if (used < 0 || c->in.len - used > MAX_PIPELINED) drop(c);
  else consume(&c->in, used);
}

static void on_readable(Conn *c) {
  static char bytes[64 << 10];
  ssize_t got = recv(c->fd, bytes, sizeof bytes, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) { drop(c); return; }
  if (c->in.len > 0) {
    append(&c->in, bytes, got);
    use_kept(c);
    return;
  }
  ssize_t used = use(c, bytes, got);
  if (used < 0) drop(c);
  else if (used < got) append(&c->in, bytes + used, got - used);
}

static void on_writable(Conn *c) {
  ssize_t sent = send(c->fd, c->out.at + c->out.from, c->out.len, MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno != EAGAIN && errno != EINTR) drop(c);
    return;
  }
  consume(&c->out, sent);
  if (c->out.len > 0) return;
  watch(c, 0);
  close_if_done(c);
}

static void accept_all(void) {
  int one = 1, fd;
  while ((fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    if (fd >= MAX_FD) { close(fd); continue; }
    setsockopt(fd, SOL_TCP, TCP_NODELAY, &one, sizeof one);
    conns[fd] = must(calloc(1, sizeof(Conn)));
    conns[fd]->fd = fd;
    struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &e);
  }
}

/* ---- the loop ---- */

/* Freezes everything once its time has come. */
static void stall_when_due(void) {
  if (!options.has_stall || !first_request_at || now() < first_request_at + options.stall_at) return;
  options.has_stall = 0;
  Micros began_at = now(), ends_at = began_at + options.stall_for;
  while (!stopping && now() < ends_at) usleep(1000);
  stalled_for = now() - began_at;
}

static Micros time_to_wait(Micros stop_at) {
  Micros at = now(), until = stop_at;
  Conn *c = earliest();
  if (c && c->due_at + stalled_for < until) until = c->due_at + stalled_for;
  if (options.has_stall && first_request_at && first_request_at + options.stall_at < until) until = first_request_at + options.stall_at;
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
  for (int i = 0; i < LATE_PLACES; i++) total += late[i];
  for (int i = 0; i < LATE_PLACES; i++) if ((seen += late[i]) > total * p) return i;
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
  if (options.gap == 0) make_whole();
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
    (unsigned long long)request_count, (unsigned long long)event_count, (unsigned long long)partial_writes,
    (unsigned long long)late_percentile(0.5), (unsigned long long)late_percentile(0.99), (unsigned long long)late_max);
  return 0;
}
