/* The answer: its events, built ahead, and the schedule on which they are written.
 *
 * All requests share one TTFT and one gap, so due times come in order: two queues take the place of a heap. */
#include "target.h"

#define DIGITS 16
#define ID_BLANK "iiiiiiiiiiiiiiii"
#define STAMP_BLANK "ssssssssssssssss"
#define HEAD "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"

/* An event, framed as one HTTP chunk, with the places of what is filled in when it is written (-1: none). */
typedef struct Event { char *text; int len, id_at, stamp_at; } Event;

static Event *token_events, role_event, closing_events[2];
static char *whole;            /* headers and all events: the answer when nothing is paced */
static int whole_len, *whole_ids, whole_id_count;
static Queue waiting_first, waiting_next;

static void enqueue(Queue *q, Conn *c, Micros due_at) {
  c->queue = q;
  c->due_at = due_at;
  c->after = NULL;
  c->before = q->last;
  if (q->last) q->last->after = c; else q->first = c;
  q->last = c;
}

void dequeue(Conn *c) {
  Queue *q = c->queue;
  if (!q) return;
  if (c->before) c->before->after = c->after; else q->first = c->after;
  if (c->after) c->after->before = c->before; else q->last = c->before;
  c->queue = NULL;
}

Conn *earliest(void) {
  Conn *a = waiting_first.first, *b = waiting_next.first;
  return !a ? b : !b || a->due_at <= b->due_at ? a : b;
}

static Event make_event(const char *data) {
  int data_len = strlen(data), room = data_len + 64;
  Event e = { .text = must(malloc(room)) };
  e.len = snprintf(e.text, room, "%x\r\n%s\r\n", data_len, data);
  char *id = strstr(e.text, ID_BLANK), *stamp = strstr(e.text, STAMP_BLANK);
  e.id_at = id ? id - e.text : -1;
  e.stamp_at = stamp ? stamp - e.text : -1;
  return e;
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

#define CHUNK "data: {\"id\":\"chatcmpl-" ID_BLANK "\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"target\","

void make_events(void) {
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
  if (!paced) make_whole();
}

static void put_digits(char *at, const char *format, uint64_t value) {
  char digits[32];
  snprintf(digits, sizeof digits, format, (unsigned long long)value);
  memcpy(at, digits, DIGITS);
}

static void fill_id(char *text, int id_at, uint64_t request) {
  if (id_at >= 0) put_digits(text + id_at, "%016llx", request);
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
  if (options.truth || counts.requests == 1)
    for (int i = 0; i < whole_id_count; i++) fill_id(whole, whole_ids[i], c->request);
  c->first_at = c->last_at = now();
  put(c, whole, whole_len);
  counts.tokens += options.tokens;
  finish_answer(c);
}

void continue_answer(Conn *c) {
  Micros due_at = c->due_at, late_by = server_now() - due_at;
  counts.late[late_by < LATE_PLACES ? late_by : LATE_PLACES - 1]++;
  if (late_by > counts.late_max) counts.late_max = late_by;
  dequeue(c);
  if (options.gap == 0) { answer_at_once(c); return; }
  Event *e = &token_events[c->next_token++];
  int last = c->next_token == options.tokens;
  counts.tokens++;
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

void begin_answer(Conn *c) {
  c->state = ANSWERING;
  c->request = ++counts.requests;
  c->received_at = now();
  c->next_token = 0;
  if (!counts.first_request_at) counts.first_request_at = c->received_at;
  if (options.gap == 0 && options.ttft == 0) { answer_at_once(c); return; }
  if (options.role_chunk) {
    char begin[2048];
    int len = sizeof HEAD - 1;
    memcpy(begin, HEAD, len);
    fill_id(role_event.text, role_event.id_at, c->request);
    memcpy(begin + len, role_event.text, role_event.len); len += role_event.len;
    put(c, begin, len);
  } else put(c, HEAD, sizeof HEAD - 1);
  enqueue(&waiting_first, c, c->received_at - counts.stalled_for + options.ttft);
}
