/* What the parts of the load target share: a connection, the options, the counts, and who does what. */
#ifndef TARGET_H
#define TARGET_H
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef uint64_t Micros;
typedef struct Conn Conn;
typedef struct Queue { Conn *first, *last; } Queue;
typedef struct Bytes { char *at; size_t from, len, room; } Bytes;   /* the bytes at + from … at + from + len */

enum State { READING_HEAD, READING_BODY, ANSWERING };
enum Stamp { STAMP_NONE, STAMP_CONTENT, STAMP_FINGERPRINT };

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

typedef struct Options {
  int tokens, role_chunk, has_stall;
  enum Stamp stamp;
  Micros gap, ttft, stall_at, stall_for;
  FILE *truth;
} Options;

/* Lateness of each paced write against its due time, in microseconds; the last place holds all that is later. */
#define LATE_PLACES 100000

typedef struct Counts {
  uint64_t requests, tokens, partial_writes;
  uint32_t late[LATE_PLACES];
  Micros late_max, stalled_for, first_request_at;
} Counts;

#define MAX_FD 65536

extern Options options;
extern Counts counts;
extern Conn *conns[MAX_FD];
extern int epoll_fd, listen_fd;

static inline Micros now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (Micros)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* The clock the schedule runs on: it stood still while the server was stalled. */
static inline Micros server_now(void) { return now() - counts.stalled_for; }

static inline void *must(void *memory) {
  if (!memory) { fputs("sse-target: out of memory\n", stderr); exit(1); }
  return memory;
}

/* answer.c: what is written, and when */
void make_events(void);
void begin_answer(Conn *c);
/* Writes the event of this connection that is due. */
void continue_answer(Conn *c);
/* The connection whose next event is due first, or NULL. */
Conn *earliest(void);
void dequeue(Conn *c);

/* connection.c: bytes in and out, and the requests in them */
void accept_all(void);
void on_readable(Conn *c);
void on_writable(Conn *c);
/* Uses what is kept, for instance a request that came while the one before was answered. */
void use_kept(Conn *c);
/* Writes now what the socket takes, and the rest when it takes more. A broken connection shows itself on reading. */
void put(Conn *c, const char *bytes, size_t len);
/* Ends a connection that was to be closed after its answer, once that is written. */
void close_if_done(Conn *c);

#endif
