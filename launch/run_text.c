#include "launch/run_text.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file on its way to its name. */
struct draft {
    const char *path;
    char temporary[PATH_MAX + 8];
    FILE *file; /* NULL when it could not be made */
    bool good;
};

static void begin(struct draft *draft, const char *path)
{
    draft->path = path;
    (void)snprintf(draft->temporary, sizeof draft->temporary, "%s.tmp", path);
    draft->file = fopen(draft->temporary, "w");
    draft->good = draft->file != NULL;
}

static void add(struct draft *draft, const char *text)
{
    draft->good = draft->good && fputs(text, draft->file) >= 0;
}

static ls_status end(struct draft *draft)
{
    int cause = draft->good ? 0 : errno ? errno : EIO;
    if (!cause && (fflush(draft->file) != 0 || fsync(fileno(draft->file)) != 0))
        cause = errno;
    if (draft->file && fclose(draft->file) != 0 && !cause)
        cause = errno;
    if (!cause && rename(draft->temporary, draft->path) != 0)
        cause = errno;
    if (!cause)
        return LS_OK;
    (void)unlink(draft->temporary);
    return ls_fail(LS_DATA, "%s: cannot write: %s", draft->path, strerror(cause));
}

ls_status ls_run_text_put(const char *path, const char *text)
{
    struct draft draft;
    begin(&draft, path);
    add(&draft, text);
    return end(&draft);
}

int ls_run_text_keep(FILE *file, long long *end)
{
    struct stat info;
    errno = EIO; /* of an earlier write, whose cause is forgotten */
    const int cause = ferror(file) || fflush(file) != 0 ? errno : 0;
    if (!cause) {
        *end = fstat(fileno(file), &info) == 0 ? (long long)info.st_size : *end;
        return 0;
    }
    __fpurge(file);
    clearerr(file);
    (void)!ftruncate(fileno(file), (off_t)*end);
    return cause;
}

/* The step that a line of metrics.jsonl is about; lines without one stay. */
static uint64_t step_of(const char *line)
{
    const char *const key = strstr(line, "\"step\": ");
    return key ? strtoull(key + strlen("\"step\": "), NULL, 10) : 0;
}

ls_status ls_run_metrics_trim(const char *path, uint64_t step)
{
    FILE *const from = fopen(path, "r");
    if (!from && errno == ENOENT)
        return LS_OK;
    if (!from)
        return ls_fail(LS_DATA, "%s: cannot read: %s", path, strerror(errno));
    struct draft draft;
    begin(&draft, path);
    char line[65536];
    while (draft.good && fgets(line, sizeof line, from))
        if (strchr(line, '\n') && step_of(line) <= step)
            add(&draft, line);
    if (ferror(from))
        draft.good = false;
    const ls_status status = end(&draft);
    (void)fclose(from);
    return status;
}
