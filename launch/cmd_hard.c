#include <sys/stat.h>

#include "launch/command.h"
#include "launch/hard_list.h"

struct flags {
    size_t top;
    const char *out, *sheet, *data;
    bool force;
};

static const struct ls_option flags[] = {
    {"top", LS_SIZE, offsetof(struct flags, top), "20", 1, 1e6, NULL, "samples to list"},
    {"out", LS_STRING, offsetof(struct flags, out), "", 0, 0, NULL,
     "HDF5 file to write them to: x, y, sample, loss, scores, prediction"},
    {"sheet", LS_STRING, offsetof(struct flags, sheet), "", 0, 0, NULL,
     "PNG file to write their pictures to"},
    {"data", LS_STRING, offsetof(struct flags, data), "", 0, 0, NULL,
     "HDF5 file that was trained on [the job's]"},
    {"force", LS_BOOL, offsetof(struct flags, force), "false", 0, 0, NULL,
     "replace files that are there"},
    {0}};

static ls_status check_free(const char *path, const char *flag, bool force)
{
    struct stat there;
    if (force || path[0] == '\0' || lstat(path, &there) != 0)
        return LS_OK;
    return ls_fail(LS_USAGE, "%s is there already: name another %s, or say --force", path, flag);
}

static ls_status show(struct ls_hard_list *list, const struct flags *given)
{
    ls_hard_list_print(list, stdout);
    if (list->n == 0 && (given->out[0] || given->sheet[0]))
        return ls_fail(LS_USAGE, "there are no samples to write yet");
    if (given->out[0])
        LS_TRY(ls_hard_list_write(list, given->out));
    return given->sheet[0] ? ls_hard_list_draw(list, given->sheet) : LS_OK;
}

static ls_status run(const struct ls_command_call *call)
{
    const struct flags *const given = call->flags;
    struct ls_hard_list list = {0};
    ls_status status = LS_OK;
    if (call->peers->rank == 0)
        status = check_free(given->out, "--out", given->force);
    if (call->peers->rank == 0 && status == LS_OK)
        status = check_free(given->sheet, "--sheet", given->force);
    LS_TRY(ls_agree(call->peers, status));
    status = ls_hard_list_make(&list, call->positional[0], given->data, given->top, call->peers,
                               call->arena);
    if (status == LS_OK)
        status = ls_agree(call->peers, call->peers->rank == 0 ? show(&list, given) : LS_OK);
    ls_session_release(&list.session);
    return status;
}

const struct ls_command_ops ls_command_hard = {
    .name = "hard",
    .help = "the hardest training samples of a run, by the losses it remembers",
    .usage = "RUN [--top N] [--out FILE] [--sheet FILE]",
    .flags = flags,
    .flags_bytes = sizeof(struct flags),
    .min_positional = 1,
    .max_positional = 1,
    .every_rank = true,
    .run = run};
