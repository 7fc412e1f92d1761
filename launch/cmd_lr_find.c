#include <math.h>
#include <string.h>

#include "launch/command.h"
#include "launch/plot.h"
#include "launch/session.h"
#include "src/optim/range_test.h"

struct flags {
    size_t steps;
    double from, to;
    const char *plot;
};

static const struct ls_option flags[] = {
    {"steps", LS_SIZE, offsetof(struct flags, steps), "100", 10, 1e6, NULL,
     "steps, each with a larger rate than the one before"},
    {"from", LS_REAL, offsetof(struct flags, from), "1e-6", 1e-30, 1e6, NULL, "the first rate"},
    {"to", LS_REAL, offsetof(struct flags, to), "10", 1e-30, 1e6, NULL, "the last one"},
    {"plot", LS_STRING, offsetof(struct flags, plot), "", 0, 0, NULL, "SVG file to draw"},
    {0}};

enum { MAX_ROWS = 24 };

/* What the steps need; the rate is the optimiser's, without a schedule. */
struct finder {
    struct ls_workspace ws;
    struct ls_trainer trainer;
    struct ls_optimizer optimizer;
    struct ls_schedule constant;
    struct ls_loader *loader;
    struct ls_range_test test;
};

static ls_status plan(struct finder *f, struct ls_session *s, const struct flags *given)
{
    const size_t steps = given->steps;
    f->test = (struct ls_range_test){.from = given->from,
                                     .to = given->to,
                                     .steps = steps,
                                     .lr = ls_arena_get(s->arena, steps, sizeof(double)),
                                     .loss = ls_arena_get(s->arena, steps, sizeof(double)),
                                     .smooth = ls_arena_get(s->arena, steps, sizeof(double))};
    if (!f->test.lr || !f->test.loss || !f->test.smooth)
        return LS_OTHER;
    LS_TRY(ls_schedule_parse(&f->constant, NULL, s->arena));
    LS_TRY(ls_schedule_plan(&f->constant, s->plan.steps_per_epoch, steps, s->arena));
    LS_TRY(ls_workspace_init(&f->ws, &s->model, &s->tree, s->peers, s->room, (int)s->job.threads,
                             true, s->arena));
    ls_workspace_expect(&f->ws, &s->plan, true);
    f->optimizer = s->job.optimizer;
    struct ls_trainer_spec spec = ls_session_trainer(s);
    spec.optimizer = &f->optimizer;
    spec.schedule = &f->constant;
    LS_TRY(ls_trainer_init(&f->trainer, &spec, &f->ws, s->arena));
    LS_TRY(ls_session_initialise(s, &f->trainer));
    const struct ls_loader_spec loader = ls_session_train_loader(s);
    return ls_loader_create(&f->loader, &loader, 0);
}

/* Until the loss explodes: a step that is refused is the end of the test. */
static ls_status measure(struct finder *f)
{
    struct ls_range_test *const test = &f->test;
    for (size_t i = 0; i < test->steps; i++) {
        struct ls_record record;
        f->optimizer.lr = ls_range_test_lr(test, i);
        const ls_status status =
            ls_trainer_step(&f->trainer, ls_loader_next(f->loader), false, &record);
        if (status == LS_DIVERGED)
            return LS_OK;
        LS_TRY(status);
        if (!ls_range_test_add(test, record.loss))
            return LS_OK;
    }
    return LS_OK;
}

static void print(const struct ls_range_test *test)
{
    const size_t apart = (test->n + MAX_ROWS - 1) / MAX_ROWS;
    (void)printf("  %12s  %12s  %12s\n", "lr", "loss", "smooth loss");
    for (size_t i = 0; i < test->n; i += apart)
        (void)printf("  %12.3g  %12.4g  %12.4g\n", test->lr[i], test->loss[i], test->smooth[i]);
    const size_t best = ls_range_test_steepest(test), least = ls_range_test_least(test);
    if (test->n < test->steps)
        (void)printf("\nthe loss explodes at lr %.3g\n", ls_range_test_lr(test, test->n));
    if (best == 0)
        (void)printf("\nno lr from %.3g to %.3g makes the loss fall: look at the job with lockstep "
                     "check, or at other rates\n",
                     test->from, test->to);
    else
        (void)printf("\nthe loss falls fastest at lr %.2g, and is least at %.2g\nsuggestion: lr: "
                     "%.2g\n",
                     test->lr[best], test->lr[least], test->lr[best]);
}

static ls_status draw(const struct ls_range_test *test, const char *path)
{
    const size_t best = ls_range_test_steepest(test);
    const struct ls_plot plot = {.title = "loss by learning rate",
                                 .x_label = "learning rate",
                                 .y_label = "loss",
                                 .log_x = true,
                                 .n_curves = 2,
                                 .curve = {{"loss of a batch", test->n, test->lr, test->loss},
                                           {"smooth", test->n, test->lr, test->smooth}},
                                 .mark = best > 0 ? test->lr[best] : (double)NAN};
    return path[0] == '\0' ? LS_OK : ls_plot_write(&plot, path);
}

static ls_status find(const struct ls_command_call *call, struct ls_session *s, struct finder *f)
{
    const struct flags *const given = call->flags;
    if (!(given->from < given->to))
        return ls_fail(LS_USAGE, "lr_find: --from %g is not below --to %g", given->from, given->to);
    LS_TRY(ls_session_read_job(s, call->positional[0], call->overrides, call->n_overrides,
                               call->peers, call->arena));
    LS_TRY(ls_session_prepare(s, NULL));
    LS_TRY(ls_agree(s->peers, plan(f, s, given)));
    LS_TRY(measure(f));
    if (f->test.n == 0)
        return ls_fail(LS_DIVERGED, "lr_find: the first step fails: %s", ls_message());
    if (s->peers->rank == 0)
        print(&f->test);
    return ls_agree(s->peers, s->peers->rank == 0 ? draw(&f->test, given->plot) : LS_OK);
}

static ls_status run(const struct ls_command_call *call)
{
    struct ls_session session = {0};
    struct finder finder = {.loader = NULL};
    const ls_status status = find(call, &session, &finder);
    ls_loader_free(finder.loader);
    ls_session_release(&session);
    return status;
}

static void more_help(FILE *file)
{
    (void)fputs("\nTrains the job's model for some steps while the learning rate grows by a factor "
                "each step,\nuntil the loss explodes; writes nothing but the plot. The suggestion "
                "is where the loss falls\nfastest; a schedule with warm-up bears a few times "
                "more.\n",
                file);
}

const struct ls_command_ops ls_command_lr_find = {
    .name = "lr_find",
    .help = "a range test: which learning rates make the loss of a job fall",
    .usage = "JOB [KEY=VALUE...]",
    .flags = flags,
    .flags_bytes = sizeof(struct flags),
    .min_positional = 1,
    .max_positional = 1,
    .takes_overrides = true,
    .every_rank = true,
    .more_help = more_help,
    .run = run};
