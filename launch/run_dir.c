#include "launch/run_dir.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CHECKPOINTS = 4096 };

static bool exists(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat info;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return stat(path, &info) == 0;
}

ls_status ls_run_dir_check(const char *path, bool resume)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return LS_OK;
    if (!S_ISDIR(info.st_mode))
        return ls_fail(LS_USAGE, "%s is in the way: it is not a folder", path);
    if (!resume && (exists(path, "job.yaml") || exists(path, "checkpoints")))
        return ls_fail(LS_USAGE,
                       "%s already holds a run: go on with it by --resume, or name another folder "
                       "by --run",
                       path);
    return LS_OK;
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

/* Steps of the newest `room` checkpoints of a run, newest first; returns how many. */
static size_t list(const char *path, uint64_t *steps, size_t room)
{
    char folder[PATH_MAX];
    (void)snprintf(folder, sizeof folder, "%s/checkpoints", path);
    DIR *const dir = opendir(folder);
    size_t n = 0;
    for (struct dirent *entry = NULL; dir && (entry = readdir(dir));) {
        unsigned long long step = 0;
        int end = 0;
        if (sscanf(entry->d_name, "step-%llu.h5%n", &step, &end) != 1 || end == 0 ||
            entry->d_name[end] != '\0')
            continue;
        if (n == room && step < steps[n - 1])
            continue;
        size_t at = n < room ? n++ : n - 1;
        for (; at > 0 && steps[at - 1] < step; at--)
            steps[at] = steps[at - 1];
        steps[at] = step;
    }
    if (dir)
        (void)closedir(dir);
    return n;
}

static const char *checkpoint_name(uint64_t step, char *text, size_t bytes)
{
    (void)snprintf(text, bytes, "checkpoints/step-%09llu.h5", (unsigned long long)step);
    return text;
}

/* Rank 0's choice: the newest that reads whole, "" when there are none at all. */
static ls_status choose(const char *path, char *chosen, size_t bytes)
{
    uint64_t steps[MAX_CHECKPOINTS];
    const size_t n = list(path, steps, MAX_CHECKPOINTS);
    chosen[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        char name[64];
        struct ls_arena arena;
        struct ls_checkpoint checkpoint;
        ls_arena_init(&arena);
        (void)snprintf(chosen, bytes, "%s/%s", path, checkpoint_name(steps[i], name, sizeof name));
        const ls_status status = ls_checkpoint_read(chosen, &checkpoint, &arena);
        ls_arena_release(&arena);
        if (status == LS_OK)
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

/* The step that a line of metrics.jsonl is about; lines without one stay. */
static uint64_t step_of(const char *line)
{
    const char *const key = strstr(line, "\"step\": ");
    return key ? strtoull(key + strlen("\"step\": "), NULL, 10) : 0;
}

/* Takes out the records of steps that will be done again, and a torn last line. */
static ls_status trim_metrics(const char *path, uint64_t step)
{
    char temporary[PATH_MAX + 8];
    (void)snprintf(temporary, sizeof temporary, "%s.tmp", path);
    FILE *const from = fopen(path, "r");
    if (!from)
        return LS_OK;
    FILE *const to = fopen(temporary, "w");
    bool good = to != NULL;
    char line[65536];
    while (good && fgets(line, sizeof line, from))
        if (strchr(line, '\n') && step_of(line) <= step)
            good = fputs(line, to) >= 0;
    (void)fclose(from);
    if (to && fclose(to) != 0)
        good = false;
    if (good && rename(temporary, path) == 0)
        return LS_OK;
    const int cause = errno;
    (void)unlink(temporary);
    return ls_fail(LS_DATA, "%s: cannot write: %s", path, strerror(cause));
}

static ls_status open_file(const char *folder, const char *name, const char *mode, FILE **file)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    *file = fopen(path, mode);
    return *file ? LS_OK : ls_fail(LS_DATA, "%s: cannot write: %s", path, strerror(errno));
}

ls_status ls_run_dir_open(struct ls_run_dir *run, const char *path, const char *job, uint64_t step,
                          struct ls_arena *arena)
{
    *run = (struct ls_run_dir){.path = path};
    const char *const checkpoints = ls_arena_printf(arena, "%s/checkpoints", path);
    const char *const metrics = ls_arena_printf(arena, "%s/metrics.jsonl", path);
    if (!checkpoints || !metrics)
        return LS_OTHER;
    LS_TRY(make_folders(checkpoints));
    FILE *file = NULL;
    LS_TRY(open_file(path, "job.yaml", "w", &file));
    const bool written = fputs(job, file) >= 0;
    if (fclose(file) != 0 || !written)
        return ls_fail(LS_DATA, "%s/job.yaml: cannot write: %s", path, strerror(errno));
    LS_TRY(trim_metrics(metrics, step));
    LS_TRY(open_file(path, "metrics.jsonl", "a", &run->metrics));
    return open_file(path, "log.txt", "a", &run->log);
}

/* Removes all checkpoints but the newest `keep` and the one that best.h5 points at. Those of steps
 * beyond `step`, just written, are bad ones that the run went back behind: they do not count. */
static void prune(const struct ls_run_dir *run, uint64_t step, size_t keep)
{
    char path[PATH_MAX], name[64], best[PATH_MAX] = "";
    (void)snprintf(path, sizeof path, "%s/best.h5", run->path);
    const ssize_t len = readlink(path, best, sizeof best - 1);
    best[len > 0 ? len : 0] = '\0';
    uint64_t steps[MAX_CHECKPOINTS];
    const size_t n = list(run->path, steps, MAX_CHECKPOINTS);
    size_t newer = 0;
    while (newer < n && steps[newer] > step)
        newer++;
    for (size_t i = newer + keep; i < n; i++) {
        if (strcmp(checkpoint_name(steps[i], name, sizeof name), best) == 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", run->path, name);
        (void)unlink(path);
    }
}

ls_status ls_run_dir_save(const struct ls_run_dir *run, const struct ls_checkpoint *checkpoint,
                          size_t keep, bool is_best)
{
    char name[64], path[PATH_MAX];
    if (ferror(run->metrics) || ferror(run->log))
        return ls_fail(LS_DATA, "%s: cannot write metrics.jsonl or log.txt: %s", run->path,
                       strerror(errno));
    (void)checkpoint_name(checkpoint->step, name, sizeof name);
    (void)snprintf(path, sizeof path, "%s/%s", run->path, name);
    LS_TRY(ls_checkpoint_write(path, checkpoint));
    (void)snprintf(path, sizeof path, "%s/latest.h5", run->path);
    LS_TRY(ls_link_move(path, name));
    (void)snprintf(path, sizeof path, "%s/best.h5", run->path);
    if (is_best)
        LS_TRY(ls_link_move(path, name));
    prune(run, checkpoint->step, keep);
    ls_run_dir_log(run, "checkpoint %s", name);
    return LS_OK;
}

void ls_run_dir_log(const struct ls_run_dir *run, const char *format, ...)
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
    (void)fflush(run->log);
    va_end(args);
}

ls_status ls_run_dir_close(struct ls_run_dir *run)
{
    const bool good = (!run->metrics || fclose(run->metrics) == 0);
    const bool logged = (!run->log || fclose(run->log) == 0);
    const char *const path = run->path;
    *run = (struct ls_run_dir){0};
    return good && logged ? LS_OK : ls_fail(LS_DATA, "%s: cannot write: %s", path, strerror(errno));
}
