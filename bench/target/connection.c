/* Connections: bytes in and out, and the requests in them. */
#include "target.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_HEAD (64 << 10)
#define MAX_PIPELINED (1 << 20)
#define REFUSAL "HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

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

void put(Conn *c, const char *bytes, size_t len) {
  if (c->out.len == 0) {
    ssize_t sent = send(c->fd, bytes, len, MSG_NOSIGNAL);
    if (sent == (ssize_t)len) return;
    if (sent < 0) {
      if (errno != EAGAIN && errno != EINTR) return;
      sent = 0;
    }
    bytes += sent;
    len -= sent;
    counts.partial_writes++;
  }
  append(&c->out, bytes, len);
  if (!c->wants_write) watch(c, 1);
}

void close_if_done(Conn *c) {
  if (c->close_after && c->state == READING_HEAD && c->out.len == 0) shutdown(c->fd, SHUT_WR);
}

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

void use_kept(Conn *c) {
  ssize_t used = use(c, c->in.at + c->in.from, c->in.len);
  if (used < 0 || c->in.len - used > MAX_PIPELINED) drop(c);
  else consume(&c->in, used);
}

void on_readable(Conn *c) {
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

void on_writable(Conn *c) {
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

void accept_all(void) {
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
