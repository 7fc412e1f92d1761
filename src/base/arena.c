#include "src/base/arena.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGNMENT ((size_t)64)
enum { BLOCK_BYTES = 64 * 1024, HUGE_PAGE = 2 * 1024 * 1024 };

struct ls_arena_block {
    struct ls_arena_block *next;
    size_t capacity; /* bytes behind the header */
    size_t used;
    char padding[ALIGNMENT - 3 * sizeof(size_t)]; /* keeps what follows aligned */
};

struct ls_arena_duty {
    struct ls_arena_duty *next;
    void (*release)(void *object);
    void *object;
};

static atomic_size_t calls;

static size_t round_up(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static bool too_large(size_t count, size_t size)
{
    return size != 0 && count > (SIZE_MAX / 4 - ALIGNMENT) / size;
}

static void refuse(size_t count, size_t size)
{
    (void)ls_fail(LS_OTHER, "out of memory: %.1f MiB more were asked for",
                  (double)count * (double)size / 0x1p20);
}

/* Slabs that passes stream through take fewer misses of the page tables in huge pages. Where the
 * system has none it stays as it is. */
static void prefer_huge_pages(char *memory, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    const size_t skip = (HUGE_PAGE - (uintptr_t)memory % HUGE_PAGE) % HUGE_PAGE;
    if (bytes >= skip + HUGE_PAGE)
        (void)madvise(memory + skip, (bytes - skip) / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
#endif
}

void *ls_alloc(size_t count, size_t size)
{
    /* calloc, and not aligned_alloc and memset, so that large memory is not touched before it is
     * used: by the thread that uses it, or never by a plan that is only looked at */
    char *const raw = too_large(count, size) ? NULL : calloc(1, count * size + 2 * ALIGNMENT);
    atomic_fetch_add(&calls, 1);
    if (!raw) {
        refuse(count, size);
        return NULL;
    }
    prefer_huge_pages(raw, count * size);
    void **const memory =
        (void **)(raw + ALIGNMENT + (ALIGNMENT - (uintptr_t)raw % ALIGNMENT) % ALIGNMENT);
    memory[-1] = raw;
    return memory;
}

void *ls_realloc(void *memory, size_t old_count, size_t count, size_t size)
{
    void *grown = ls_alloc(count, size);
    if (!grown)
        return NULL;
    if (memory)
        memcpy(grown, memory, (old_count < count ? old_count : count) * size);
    ls_free(memory);
    return grown;
}

void ls_free(void *memory)
{
    if (memory)
        free(((void **)memory)[-1]);
}

size_t ls_alloc_calls(void)
{
    return atomic_load(&calls);
}

void ls_arena_init(struct ls_arena *arena)
{
    *arena = (struct ls_arena){0};
}

void ls_arena_release(struct ls_arena *arena)
{
    for (const struct ls_arena_duty *duty = arena->duties; duty; duty = duty->next)
        duty->release(duty->object);
    struct ls_arena_block *block = arena->blocks;
    while (block) {
        struct ls_arena_block *next = block->next;
        ls_free(block);
        block = next;
    }
    *arena = (struct ls_arena){0};
}

void *ls_arena_get(struct ls_arena *arena, size_t count, size_t size)
{
    if (too_large(count, size)) {
        refuse(count, size);
        return NULL;
    }
    const size_t bytes = round_up(count * size + (count * size == 0));
    struct ls_arena_block *block = arena->blocks;
    if (!block || block->capacity - block->used < bytes) {
        const size_t capacity = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
        block = ls_alloc(1, sizeof *block + capacity);
        if (!block)
            return NULL;
        block->capacity = capacity;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    char *memory = (char *)(block + 1) + block->used;
    block->used += bytes;
    arena->bytes += bytes;
    return memory;
}

ls_status ls_arena_on_release(struct ls_arena *arena, void (*release)(void *object), void *object)
{
    struct ls_arena_duty *const duty = ls_arena_get(arena, 1, sizeof *duty);
    if (!duty) {
        release(object);
        return LS_OTHER;
    }
    *duty = (struct ls_arena_duty){arena->duties, release, object};
    arena->duties = duty;
    return LS_OK;
}

char *ls_arena_strdup(struct ls_arena *arena, const char *text)
{
    const size_t bytes = strlen(text) + 1;
    char *copy = ls_arena_get(arena, bytes, 1);
    if (copy)
        memcpy(copy, text, bytes);
    return copy;
}

char *ls_arena_printf(struct ls_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    const int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = len < 0 ? NULL : ls_arena_get(arena, (size_t)len + 1, 1);
    if (text)
        (void)vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}
