#include <string.h>

#include "launch/command.h"
#include "launch/failure.h"

struct flags {
    size_t threads;
};

static const struct ls_option flags[] = {
    {"threads", LS_SIZE, offsetof(struct flags, threads), "1", 1, 1024, NULL, "of each rank"}, {0}};

static void note_engine(const struct ls_failure *f)
{
    const char *const engine = f->session.engine->describe();
    if (strcmp(f->engine, engine) != 0)
        (void)fprintf(stderr,
                      "lockstep: note: the failure was with %s, here it is %s: the last bits may "
                      "differ\n",
                      f->engine, engine);
}

static ls_status examine(const struct ls_command_call *call, struct ls_failure *f)
{
    const struct flags *const given = call->flags;
    struct ls_examination *const x = ls_arena_get(call->arena, 1, sizeof *x);
    LS_TRY(ls_agree(call->peers, x ? LS_OK : LS_OTHER));
    LS_TRY(ls_failure_open(f, call->positional[0], given->threads, call->peers, call->arena));
    const struct ls_examination_spec spec = {.session = &f->session,
                                             .trainer = &f->trainer,
                                             .batch = &f->batch,
                                             .history = &f->history,
                                             .error = f->error,
                                             .raw = f->raw};
    LS_TRY(ls_examination_run(x, &spec, call->arena));
    if (call->peers->rank > 0)
        return ls_agree(call->peers, LS_OK);
    x->evidence.has_past = f->has_past;
    x->evidence.past_x = f->past_x;
    x->evidence.past_y = f->past_y;
    ls_examination_judge(x);
    note_engine(f);
    const char *const text = ls_examination_text(x, call->arena);
    if (text)
        (void)fputs(text, stdout);
    return ls_agree(call->peers, text ? LS_OK : LS_OTHER);
}

static ls_status run(const struct ls_command_call *call)
{
    struct ls_failure failure = {0};
    const ls_status status = examine(call, &failure);
    ls_failure_release(&failure);
    return status;
}

const struct ls_command_ops ls_command_examine = {
    .name = "examine",
    .help = "run the step of a failure again and say what, where and why",
    .usage = "FAILURE",
    .flags = flags,
    .flags_bytes = sizeof(struct flags),
    .min_positional = 1,
    .max_positional = 1,
    .every_rank = true,
    .run = run};
