#include "comm/context.h"

ls_status ls_comm_share(void *context, size_t bytes, struct ls_arena *arena, void **memory)
{
    (void)context;
    *memory = ls_arena_get(arena, bytes, 1);
    return *memory ? LS_OK : LS_OTHER;
}

void ls_comm_meet(void *context)
{
    (void)context;
}
