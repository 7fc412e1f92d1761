#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "launch/run_checkpoints.h"
#include "launch/run_dir.h"

ls_status ls_run_checkpoint_try(const char *run, uint64_t step, char *path, size_t bytes)
{
    char name[LS_CHECKPOINT_NAME];
    (void)snprintf(path, bytes, "%s/%s", run, ls_run_checkpoint_name(step, name));
    struct ls_arena arena;
    struct ls_checkpoint checkpoint;
    ls_arena_init(&arena);
    ls_status status = ls_checkpoint_read(path, &checkpoint, &arena);
    if (status == LS_OK && checkpoint.step != step)
        status = ls_fail(LS_DATA, "%s holds step %llu, not the one of its name", path,
                         (unsigned long long)checkpoint.step);
    ls_arena_release(&arena);
    return status;
}

static ls_status point(const char *run, const char *link, uint64_t step)
{
    char path[PATH_MAX], name[LS_CHECKPOINT_NAME], now[PATH_MAX] = "";
    (void)snprintf(path, sizeof path, "%s/%s", run, link);
    const ssize_t len = readlink(path, now, sizeof now - 1);
    now[len > 0 ? len : 0] = '\0';
    (void)ls_run_checkpoint_name(step, name);
    return strcmp(now, name) == 0 ? LS_OK : ls_link_move(path, name);
}

ls_status ls_run_dir_mend(const struct ls_run_dir *run, uint64_t step, uint64_t best_step,
                          bool *best_is_lost)
{
    char path[PATH_MAX + LS_CHECKPOINT_NAME];
    *best_is_lost = false;
    LS_TRY(point(run->path, "latest.h5", step));
    if (best_step == 0)
        return LS_OK;
    if (ls_run_checkpoint_try(run->path, best_step, path, sizeof path) == LS_OK)
        return point(run->path, "best.h5", best_step);
    (void)fprintf(stderr,
                  "lockstep: warning: the best checkpoint is lost (%s): best.h5 is the best from "
                  "here on\n",
                  ls_message());
    (void)snprintf(path, sizeof path, "%s/best.h5", run->path);
    (void)unlink(path);
    *best_is_lost = true;
    return LS_OK;
}
