#include "launch/bench.h"
#include "launch/command.h"

struct flags {
    bool json;
    size_t steps;
};

static const struct ls_option flags[] = {
    {"json", LS_BOOL, offsetof(struct flags, json), "false", 0, 0, NULL, "one JSON object"},
    {"steps", LS_SIZE, offsetof(struct flags, steps), "0", 0, 1e9, NULL,
     "steps of the job to measure [0: what 5 seconds hold, 10 to 1000]"},
    {0}};

static ls_status check_arguments(const struct ls_command_call *call)
{
    const struct flags *const given = call->flags;
    if (call->n_positional > 0)
        return LS_OK;
    if (call->n_overrides > 0)
        return ls_fail(LS_USAGE,
                       "bench: %s changes a job, but there is none: lockstep bench JOB %s",
                       call->overrides[0], call->overrides[0]);
    if (given->steps > 0)
        return ls_fail(LS_USAGE, "bench: --steps are a job's, but there is none: lockstep bench "
                                 "JOB --steps N");
    return LS_OK;
}

/* The job before the machine, whose arrays would count as the job's memory. */
static ls_status bench(const struct ls_command_call *call, struct ls_session *session)
{
    const struct flags *const given = call->flags;
    struct ls_bench_machine machine;
    struct ls_bench_job job;
    const bool with_job = call->n_positional > 0;
    int threads = 1;
    LS_TRY(check_arguments(call));
    if (with_job) {
        LS_TRY(ls_session_read_job(session, call->positional[0], call->overrides, call->n_overrides,
                                   call->peers, call->arena));
        LS_TRY(ls_session_prepare(session, NULL));
        LS_TRY(ls_bench_job(&job, session, given->steps));
        threads = (int)session->job.threads;
    }
    LS_TRY(ls_bench_machine(&machine, threads, call->peers, call->arena));
    if (call->peers->rank == 0)
        (given->json ? ls_bench_json : ls_bench_report)(stdout, &machine, with_job ? &job : NULL);
    return LS_OK;
}

static ls_status run(const struct ls_command_call *call)
{
    struct ls_session session = {0};
    const ls_status status = bench(call, &session);
    ls_session_release(&session);
    return status;
}

static void more_help(FILE *file)
{
    (void)fputs("\nWithout JOB: the peak of multiply and add and the bandwidth of memory, of one "
                "core\nand of all ranks at once. With JOB: trains some steps of it, writes "
                "nothing, and shows\nwhere a step's time goes. GB/s count a pass's inputs and "
                "outputs, wherever they lie; the\nflop of a convolution include taps in its "
                "padding, which an engine may leave out.\n",
                file);
}

const struct ls_command_ops ls_command_bench = {
    .name = "bench",
    .help = "measure this machine and, of a job, where the time of a step goes",
    .usage = "[JOB] [KEY=VALUE...]",
    .flags = flags,
    .flags_bytes = sizeof(struct flags),
    .max_positional = 1,
    .takes_overrides = true,
    .every_rank = true,
    .more_help = more_help,
    .run = run};
