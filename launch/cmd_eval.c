#include "launch/command.h"
#include "launch/report.h"

struct flags {
    const char *data;
    size_t batch, threads;
};

static const struct ls_option flags[] = {
    {"data", LS_STRING, offsetof(struct flags, data), NULL, 0, 0, NULL, "HDF5 file with x and y"},
    {"batch", LS_SIZE, offsetof(struct flags, batch), "0", 0, 1 << 24, NULL,
     "samples at a time [the job's batch]"},
    {"threads", LS_SIZE, offsetof(struct flags, threads), "1", 1, 1024, NULL, "of each rank"},
    {0}};

static ls_status evaluate(struct ls_session *s, struct ls_workspace *ws,
                          struct ls_evaluator *evaluator, struct ls_loader **loader)
{
    const struct ls_loader_spec spec = ls_session_valid_loader(s);
    LS_TRY(ls_workspace_init(ws, &s->model, &s->tree, s->peers, s->room, (int)s->job.threads, false,
                             s->arena));
    ls_workspace_expect(ws, &s->valid_plan, false);
    LS_TRY(ls_evaluator_init(evaluator, ws, &s->loss, true, s->arena));
    return ls_loader_create(loader, &spec, 0);
}

static ls_status run(const struct ls_command_call *call)
{
    const struct flags *const given = call->flags;
    struct ls_session session = {0};
    struct ls_workspace ws;
    struct ls_evaluator evaluator;
    struct ls_evaluation found;
    struct ls_loader *loader = NULL;
    ls_status status = LS_OK;
    LS_TRY_OUT(ls_session_from_checkpoint(&session, call->positional[0], given->data, given->batch,
                                          given->threads, call->peers, call->arena));
    LS_TRY_OUT(ls_agree(call->peers, evaluate(&session, &ws, &evaluator, &loader)));
    LS_TRY_OUT(
        ls_evaluate(&evaluator, loader, session.valid_plan.steps_per_epoch, &found, NULL, NULL));
    if (call->peers->rank == 0) {
        (void)printf("%s: %llu samples\n", given->data, (unsigned long long)session.train.len);
        ls_report(stdout, &session, evaluator.kind, &found);
    }
out:
    ls_loader_free(loader);
    ls_session_release(&session);
    return status;
}

const struct ls_command_ops ls_command_eval = {.name = "eval",
                                               .help = "measure a checkpoint on a dataset",
                                               .usage = "CHECKPOINT --data FILE",
                                               .flags = flags,
                                               .flags_bytes = sizeof(struct flags),
                                               .min_positional = 1,
                                               .max_positional = 1,
                                               .every_rank = true,
                                               .run = run};
