#include "launch/run_dir.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "io/cause.h"
#include "launch/run_checkpoints.h"
#include "launch/run_text.h"

static const double lock_wait_s = 10;

static ls_status refuse_a_run(const char *path)
{
    char job[PATH_MAX];
    struct stat info;
    uint64_t steps[LS_MAX_CHECKPOINTS];
    size_t n = 0;
    (void)snprintf(job, sizeof job, "%s/job.yaml", path);
    LS_TRY(ls_run_checkpoints(path, steps, &n));
    if (n == 0 && stat(job, &info) != 0)
        return LS_OK;
    return ls_fail(LS_USAGE,
                   "%s already holds a run: go on with it by --resume, or name another folder by "
                   "--run",
                   path);
}

ls_status ls_run_dir_claim(struct ls_run_dir *run, const char *path, bool resume)
{
    struct stat info;
    *run = (struct ls_run_dir){.path = path};
    if (stat(path, &info) != 0)
        return LS_OK;
    if (!S_ISDIR(info.st_mode))
        return ls_fail(LS_USAGE, "%s is in the way: it is not a folder", path);
    return resume ? ls_run_lock_take(&run->lock, path, lock_wait_s) : refuse_a_run(path);
}

static ls_status make_folders(const char *path)
{
    char part[PATH_MAX];
    if (strlen(path) >= sizeof part)
        return ls_fail(LS_DATA, "%s: the name is too long", path);
    for (size_t i = 1; i <= strlen(path); i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        (void)snprintf(part, sizeof part, "%.*s", (int)i, path);
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return ls_fail(LS_DATA, "%s: cannot make the folder: %s", part, strerror(errno));
    }
    return LS_OK;
}

static ls_status open_file(const char *path, FILE **file, long long *end)
{
    *file = fopen(path, "a");
    if (!*file)
        return ls_fail(LS_DATA, "%s: cannot write: %s", path, strerror(errno));
    (void)ls_run_text_keep(*file, end); /* nothing yet, but where it ends */
    return LS_OK;
}

struct names {
    const char *checkpoints, *job, *metrics, *log;
};

static ls_status name_files(struct names *names, const char *path, struct ls_arena *arena)
{
    names->checkpoints = ls_arena_printf(arena, "%s/checkpoints", path);
    names->job = ls_arena_printf(arena, "%s/job.yaml", path);
    names->metrics = ls_arena_printf(arena, "%s/metrics.jsonl", path);
    names->log = ls_arena_printf(arena, "%s/log.txt", path);
    return names->checkpoints && names->job && names->metrics && names->log ? LS_OK : LS_OTHER;
}

/* job.yaml comes last: with it the folder holds a run. */
static ls_status make_files(struct ls_run_dir *run, const struct names *names, const char *job,
                            uint64_t step)
{
    LS_TRY(make_folders(names->checkpoints));
    LS_TRY(ls_run_checkpoints_sweep(run->path));
    LS_TRY(ls_run_metrics_trim(names->metrics, step));
    LS_TRY(open_file(names->metrics, &run->metrics, &run->metrics_end));
    LS_TRY(open_file(names->log, &run->log, &run->log_end));
    return ls_run_text_put(names->job, job);
}

/* Of a run that could not be begun: whatever holds nothing. */
static void remove_empty(const struct names *names)
{
    struct stat info;
    if (stat(names->metrics, &info) == 0 && info.st_size == 0)
        (void)unlink(names->metrics);
    if (stat(names->log, &info) == 0 && info.st_size == 0)
        (void)unlink(names->log);
    (void)rmdir(names->checkpoints);
}

ls_status ls_run_dir_open(struct ls_run_dir *run, const char *job, uint64_t step,
                          struct ls_arena *arena)
{
    struct names names;
    const bool is_new = !run->lock.is_taken;
    LS_TRY(name_files(&names, run->path, arena));
    if (is_new) {
        LS_TRY(make_folders(run->path));
        LS_TRY(ls_run_lock_take(&run->lock, run->path, lock_wait_s));
        LS_TRY(refuse_a_run(run->path));
    }
    const ls_status status = make_files(run, &names, job, step);
    if (status != LS_OK && is_new)
        remove_empty(&names);
    return status;
}

/* Removes all checkpoints but the newest `keep` and the one that best.h5 points at. Those of steps
 * beyond `step`, just written, are bad ones that the run went back behind: they do not count. */
static ls_status prune(const struct ls_run_dir *run, uint64_t step, size_t keep)
{
    char path[PATH_MAX], name[LS_CHECKPOINT_NAME], best[PATH_MAX] = "";
    (void)snprintf(path, sizeof path, "%s/best.h5", run->path);
    const ssize_t len = readlink(path, best, sizeof best - 1);
    best[len > 0 ? len : 0] = '\0';
    uint64_t steps[LS_MAX_CHECKPOINTS];
    size_t n = 0, newer = 0;
    LS_TRY(ls_run_checkpoints(run->path, steps, &n));
    while (newer < n && steps[newer] > step)
        newer++;
    for (size_t i = newer + keep; i < n; i++) {
        if (strcmp(ls_run_checkpoint_name(steps[i], name), best) == 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", run->path, name);
        (void)unlink(path);
    }
    return LS_OK;
}

ls_status ls_run_dir_save(const struct ls_run_dir *run, const struct ls_checkpoint *checkpoint,
                          size_t keep, bool is_best)
{
    char name[LS_CHECKPOINT_NAME], path[PATH_MAX];
    (void)ls_run_checkpoint_name(checkpoint->step, name);
    (void)snprintf(path, sizeof path, "%s/%s", run->path, name);
    LS_TRY(ls_checkpoint_write(path, checkpoint));
    (void)snprintf(path, sizeof path, "%s/latest.h5", run->path);
    LS_TRY(ls_link_move(path, name));
    (void)snprintf(path, sizeof path, "%s/best.h5", run->path);
    if (is_best)
        LS_TRY(ls_link_move(path, name));
    return prune(run, checkpoint->step, keep);
}

ls_status ls_run_dir_keep(struct ls_run_dir *run)
{
    const int cause = ls_run_text_keep(run->metrics, &run->metrics_end);
    return cause ? ls_fail(LS_DATA, "cannot write %s/metrics.jsonl: %s", run->path,
                           ls_cause_errno(cause))
                 : LS_OK;
}

ls_status ls_run_dir_rewind(struct ls_run_dir *run, uint64_t step)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/metrics.jsonl", run->path);
    LS_TRY(ls_run_metrics_trim(path, step));
    FILE *file = NULL;
    LS_TRY(open_file(path, &file, &run->metrics_end));
    (void)fclose(run->metrics);
    run->metrics = file;
    return LS_OK;
}

void ls_run_dir_log(struct ls_run_dir *run, const char *format, ...)
{
    const time_t now = time(NULL);
    struct tm local;
    char stamp[32];
    if (!localtime_r(&now, &local) || strftime(stamp, sizeof stamp, "%F %T", &local) == 0)
        stamp[0] = '\0';
    va_list args;
    va_start(args, format);
    (void)fprintf(run->log, "%s ", stamp);
    (void)vfprintf(run->log, format, args);
    (void)fputc('\n', run->log);
    va_end(args);
    (void)ls_run_text_keep(run->log, &run->log_end); /* the line may be lost */
}

ls_status ls_run_dir_close(struct ls_run_dir *run)
{
    const bool good = (!run->metrics || fclose(run->metrics) == 0);
    const bool logged = (!run->log || fclose(run->log) == 0);
    const char *const path = run->path;
    ls_run_lock_release(&run->lock);
    *run = (struct ls_run_dir){0};
    return good && logged ? LS_OK : ls_fail(LS_DATA, "%s: cannot write: %s", path, strerror(errno));
}
