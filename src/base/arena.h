/* Memory that is released all at once. Models, plans and workspaces take what they need from an
 * arena when they are made; nothing is allocated inside a step. The only file that calls malloc. */
#ifndef LOCKSTEP_BASE_ARENA_H
#define LOCKSTEP_BASE_ARENA_H

#include <stddef.h>

#include "src/base/status.h"

struct ls_arena_block;
struct ls_arena_duty;

struct ls_arena {
    struct ls_arena_block *blocks; /* newest first */
    struct ls_arena_duty *duties;  /* to do on release, newest first */
    size_t bytes;                  /* handed out so far */
};

/** An empty arena; takes no memory until first use.  Collective: no. */
void ls_arena_init(struct ls_arena *arena);

/** Frees everything the arena handed out, after what ls_arena_on_release asked for.  Collective:
 * no. */
void ls_arena_release(struct ls_arena *arena);

/** `bytes` of zeroed memory, 64-byte aligned, owned by the arena; never NULL for bytes = 0.
 *  Errors: NULL when memory is exhausted or count * size overflows, with the message set.
 *  Collective: no. */
void *ls_arena_get(struct ls_arena *arena, size_t count, size_t size);

/** Has `release` called with `object` when the arena is released, before its memory is freed and
 *  the last given first: for what an object in the arena holds from other libraries.
 *  Errors: memory; `release` has then been called.  Collective: no. */
ls_status ls_arena_on_release(struct ls_arena *arena, void (*release)(void *object), void *object);

/** A copy of a string, owned by the arena; NULL when memory is exhausted.  Collective: no. */
char *ls_arena_strdup(struct ls_arena *arena, const char *text);

/** A formatted string, owned by the arena; NULL when memory is exhausted.  Collective: no. */
char *ls_arena_printf(struct ls_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Memory whose life is shorter than any arena's (file buffers, growing tables). */

/** Zeroed, 64-byte aligned; free with ls_free. NULL on exhaustion, message set. Collective: no. */
void *ls_alloc(size_t count, size_t size);

/** Grows what ls_alloc gave, from old_count to count elements; the new tail is zero. On failure
 *  NULL, and the old memory stays valid.  Collective: no. */
void *ls_realloc(void *memory, size_t old_count, size_t count, size_t size);

/** Takes NULL.  Collective: no. */
void ls_free(void *memory);

/** How often this process has asked the system for memory here; a test holds steps to zero. */
size_t ls_alloc_calls(void);

#endif
