#include "launch/job_file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "launch/yaml.h"

enum { MAX_BYTES = 16 << 20 };

/* The bytes of a file, in *text from ls_alloc. */
static ls_status read_bytes(const char *path, char **text, size_t *len)
{
    *text = NULL;
    FILE *const file = fopen(path, "rb");
    if (!file)
        return ls_fail(LS_USAGE, "%s: cannot open the job: %s", path, strerror(errno));
    char *const bytes = ls_alloc(MAX_BYTES + 1, 1);
    *len = bytes ? fread(bytes, 1, MAX_BYTES + 1, file) : 0;
    ls_status status = bytes ? LS_OK : LS_OTHER;
    if (bytes && ferror(file))
        status = ls_fail(LS_USAGE, "%s: cannot read the job: %s", path, strerror(errno));
    else if (*len > MAX_BYTES)
        status = ls_fail(LS_USAGE, "%s: larger than %d MiB: not a job file", path, MAX_BYTES >> 20);
    (void)fclose(file);
    *text = bytes;
    return status;
}

/* epochs and steps exclude each other: one given on the command line replaces the file's other. */
static void override_length(struct ls_node *root)
{
    const struct ls_node *const epochs = ls_node_get(root, "epochs");
    const struct ls_node *const steps = ls_node_get(root, "steps");
    if (!epochs || !steps || (epochs->line == 0) == (steps->line == 0))
        return;
    ls_node_remove(root, epochs->line == 0 ? "steps" : "epochs");
}

ls_status ls_job_file_read(const char *path, char *const *overrides, size_t n_overrides,
                           const struct ls_peers *peers, struct ls_arena *arena,
                           struct ls_node **root)
{
    char *text = NULL;
    size_t len = 0;
    ls_status status = peers->rank == 0 ? read_bytes(path, &text, &len) : LS_OK;
    LS_TRY_OUT(ls_agree(peers, status));
    ls_broadcast(peers, &len, sizeof len);
    if (peers->rank != 0)
        text = ls_alloc(len, 1);
    LS_TRY_OUT(ls_agree(peers, text ? LS_OK : LS_OTHER));
    ls_broadcast(peers, text, len);
    LS_TRY_OUT(ls_yaml_parse(text, len, path, arena, root));
    for (size_t i = 0; i < n_overrides; i++)
        LS_TRY_OUT(ls_yaml_override(*root, overrides[i], arena));
    override_length(*root);
out:
    ls_free(text);
    return status;
}

ls_status ls_job_file_parse(const char *text, const char *name, struct ls_arena *arena,
                            struct ls_node **root)
{
    return ls_yaml_parse(text, strlen(text), name, arena, root);
}

ls_status ls_job_file_folder(const char *path, struct ls_arena *arena, const char **folder)
{
    const char *const slash = strrchr(path, '/');
    char *const relative = slash ? ls_arena_printf(arena, "%.*s/", (int)(slash - path), path)
                                 : ls_arena_strdup(arena, ".");
    char absolute[PATH_MAX];
    if (!relative || !realpath(relative, absolute))
        return ls_fail(LS_USAGE, "%s: cannot find its folder: %s", path, strerror(errno));
    *folder = ls_arena_strdup(arena, absolute);
    return *folder ? LS_OK : LS_OTHER;
}

const char *ls_job_file_stem(const char *path, struct ls_arena *arena)
{
    const char *const slash = strrchr(path, '/');
    const char *const name = slash ? slash + 1 : path;
    const char *const dot = strrchr(name, '.');
    const int len = dot && dot != name ? (int)(dot - name) : (int)strlen(name);
    return ls_arena_printf(arena, "%.*s", len, name);
}
