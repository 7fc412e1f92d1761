#include <math.h>
#include <string.h>

#include "launch/command.h"
#include "launch/job_file.h"
#include "launch/job_help.h"
#include "launch/report.h"
#include "launch/training.h"

struct flags {
    const char *run;
    bool resume;
};

static const struct ls_option flags[] = {{"run", LS_STRING, offsetof(struct flags, run), "", 0, 0,
                                          NULL, "folder of the run [runs/JOB's name]"},
                                         {"resume", LS_BOOL, offsetof(struct flags, resume),
                                          "false", 0, 0, NULL,
                                          "go on from the newest good checkpoint of the run"},
                                         {0}};

/* Says whether bits could differ from those of the run so far. */
static void warn_of_change(const struct ls_training *t, const struct ls_checkpoint *checkpoint)
{
    const char *const engine = t->session->engine->describe();
    if (!t->here)
        return;
    if (t->changed[0])
        (void)fprintf(stderr,
                      "lockstep: note: the job differs from that of the run so far in %s: the "
                      "result is no longer that of one job\n",
                      t->changed);
    if (checkpoint->engine && strcmp(checkpoint->engine, engine) != 0)
        (void)fprintf(stderr,
                      "lockstep: note: the run so far used %s, here it is %s: the last bits may "
                      "differ from those of an undisturbed run\n",
                      checkpoint->engine, engine);
}

static void tell_end(const struct ls_training *t, const char *path)
{
    if (!t->here)
        return;
    const double seconds = ls_seconds() - t->start_s;
    (void)printf("done: %llu steps in %.1f s", (unsigned long long)t->step, seconds);
    if (!isnan(t->last_metric))
        (void)printf(", %s %.4f on valid", t->best_by ? t->best_by->name : "loss", t->last_metric);
    (void)printf(": %s/latest.h5\n", path);
    const struct ls_report report = {t->session, t->evaluator.kind, &t->found, ls_metrics};
    if (t->found.measures.counts)
        ls_report_print(&report, stdout);
}

static ls_status train(const struct ls_command_call *call, const char *path, bool resume,
                       struct ls_session *session, struct ls_training *training)
{
    struct ls_checkpoint checkpoint = {0};
    const char *name = NULL;
    const struct ls_peers *const peers = call->peers;
    const bool here = peers->rank == 0;
    LS_TRY(ls_agree(peers, here ? ls_run_dir_claim(&training->run, path, resume) : LS_OK));
    if (resume)
        LS_TRY(ls_run_dir_newest(path, &checkpoint, &name, peers, call->arena));
    const struct ls_checkpoint *const from = name ? &checkpoint : NULL;
    LS_TRY(ls_session_prepare(session, from));
    const ls_status status = ls_training_init(training, session, from);
    if (status != LS_OK)
        return from ? ls_within(status, "%s", name) : status;
    if (from)
        warn_of_change(training, from);
    if (from && here)
        (void)fprintf(stderr, "lockstep: goes on from %s, step %llu of %llu\n", name,
                      (unsigned long long)training->step, (unsigned long long)session->steps);
    if (session->loaded && here)
        (void)fprintf(stderr, "weights from %s:\n%s", session->job.init.from, session->loaded);
    LS_TRY(ls_training_run(training));
    tell_end(training, path);
    return LS_OK;
}

static ls_status run(const struct ls_command_call *call)
{
    const struct flags *const given = call->flags;
    const char *const job = call->positional[0];
    const char *const stem = ls_job_file_stem(job, call->arena);
    const char *path = given->run;
    if (path[0] == '\0')
        path = stem ? ls_arena_printf(call->arena, "runs/%s", stem) : NULL;
    struct ls_session session = {0};
    struct ls_training training = {0};
    ls_status status = path ? LS_OK : LS_OTHER;
    LS_TRY_OUT(status);
    LS_TRY_OUT(ls_session_read_job(&session, job, call->overrides, call->n_overrides, call->peers,
                                   call->arena));
    LS_TRY_OUT(train(call, path, given->resume, &session, &training));
out:
    ls_training_release(&training);
    ls_session_release(&session);
    return status;
}

const struct ls_command_ops ls_command_train = {.name = "train",
                                                .help = "train the model that a job describes",
                                                .usage = "JOB [KEY=VALUE...]",
                                                .flags = flags,
                                                .flags_bytes = sizeof(struct flags),
                                                .min_positional = 1,
                                                .max_positional = 1,
                                                .takes_overrides = true,
                                                .every_rank = true,
                                                .more_help = ls_job_help,
                                                .run = run};
