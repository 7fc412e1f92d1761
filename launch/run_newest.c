#include <limits.h>

#include "launch/run_checkpoints.h"
#include "launch/run_dir.h"

/* Rank 0's choice: the newest that is good, "" when there are none at all. */
static ls_status choose(const char *path, char *chosen, size_t bytes)
{
    uint64_t steps[LS_MAX_CHECKPOINTS];
    size_t n = 0;
    chosen[0] = '\0';
    LS_TRY(ls_run_checkpoints(path, steps, &n));
    for (size_t i = 0; i < n; i++) {
        if (ls_run_checkpoint_try(path, steps[i], chosen, bytes) == LS_OK)
            return LS_OK;
        (void)fprintf(stderr, "lockstep: passed over: %s\n", ls_message());
    }
    if (n == 0)
        return LS_OK;
    return ls_fail(LS_DATA, "%s: none of its %zu checkpoints is good", path, n);
}

ls_status ls_run_dir_newest(const char *path, struct ls_checkpoint *checkpoint, const char **name,
                            const struct ls_peers *peers, struct ls_arena *arena)
{
    char chosen[PATH_MAX + 80] = "";
    *checkpoint = (struct ls_checkpoint){0};
    *name = NULL;
    const ls_status status = peers->rank == 0 ? choose(path, chosen, sizeof chosen) : LS_OK;
    LS_TRY(ls_agree(peers, status));
    ls_broadcast(peers, chosen, sizeof chosen);
    if (chosen[0] == '\0')
        return LS_OK;
    LS_TRY(ls_agree(peers, ls_checkpoint_read(chosen, checkpoint, arena)));
    *name = ls_arena_strdup(arena, chosen);
    return *name ? LS_OK : LS_OTHER;
}
