#include "launch/run_checkpoints.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *ls_run_checkpoint_name(uint64_t step, char *text)
{
    (void)snprintf(text, LS_CHECKPOINT_NAME, "checkpoints/step-%09llu.h5",
                   (unsigned long long)step);
    return text;
}

/* Calls visit with the name of every entry; does nothing where there is no folder. */
static ls_status visit_entries(const char *run, void (*visit)(void *context, const char *name),
                               void *context)
{
    char folder[PATH_MAX];
    (void)snprintf(folder, sizeof folder, "%s/checkpoints", run);
    DIR *const dir = opendir(folder);
    if (!dir && errno == ENOENT)
        return LS_OK;
    errno = dir ? 0 : errno;
    for (struct dirent *entry = NULL; dir && (entry = readdir(dir)); errno = 0)
        visit(context, entry->d_name);
    const int cause = errno;
    if (dir)
        (void)closedir(dir);
    return cause ? ls_fail(LS_DATA, "%s: cannot read the folder: %s", folder, strerror(cause))
                 : LS_OK;
}

struct listing {
    uint64_t *steps;
    size_t n;
};

static void list(void *context, const char *name)
{
    struct listing *const l = context;
    static const char prefix[] = "step-";
    if (strncmp(name, prefix, sizeof prefix - 1) != 0 ||
        !isdigit((unsigned char)name[sizeof prefix - 1]))
        return;
    char *end = NULL;
    const uint64_t step = strtoull(name + sizeof prefix - 1, &end, 10);
    if (strcmp(end, ".h5") != 0)
        return;
    if (l->n == LS_MAX_CHECKPOINTS && step < l->steps[l->n - 1])
        return;
    size_t at = l->n < LS_MAX_CHECKPOINTS ? l->n++ : l->n - 1;
    for (; at > 0 && l->steps[at - 1] < step; at--)
        l->steps[at] = l->steps[at - 1];
    l->steps[at] = step;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): filled through the listing */
ls_status ls_run_checkpoints(const char *run, uint64_t *steps, size_t *n)
{
    struct listing listing = {.steps = steps};
    const ls_status status = visit_entries(run, list, &listing);
    *n = listing.n;
    return status;
}

static void sweep(void *context, const char *name)
{
    char path[PATH_MAX + 300];
    int end = 0;
    (void)sscanf(name, ".step-%*[0-9].h5.tmp%n", &end);
    if (end == 0 || name[end] != '\0')
        return;
    (void)snprintf(path, sizeof path, "%s/checkpoints/%s", (const char *)context, name);
    (void)unlink(path);
}

ls_status ls_run_checkpoints_sweep(const char *run)
{
    char folder[PATH_MAX];
    (void)snprintf(folder, sizeof folder, "%s", run);
    return visit_entries(run, sweep, folder);
}
