#include <stdarg.h>
#include <string.h>

#include "launch/failure.h"
#include "launch/json.h"
#include "launch/refusal.h"
#include "launch/run_text.h"

/* Of a batch that was refused before the step. */
static const struct {
    const char *cause, *advice;
} of_data[] = {
    [LS_REFUSED_X] = {"input not finite", "mend or take out the sample; lockstep check names it "
                                          "before the run"},
    [LS_REFUSED_Y] = {"label or target out of range", "mend or take out the sample; lockstep check "
                                                      "names it before the run"},
    [LS_REFUSED_CLASS] =
        {"label or target out of range",
         "classes count from 0; dense: K at the end of the model is for K of them"},
    [LS_REFUSED_SHARE] = {"loss outside its domain",
                          "labels of this loss are 0, 1 or probabilities; loss: mse takes any"},
};

static const char *cause_of(const struct ls_refusal *r)
{
    if (r->status == LS_DATA)
        return of_data[r->kind].cause;
    return r->examined && r->x.n_suspicions > 0 ? r->x.suspicions[0].cause->name : "unknown";
}

/* The error in one line. */
static void line_of(const struct ls_refusal *r, size_t bytes, char *line)
{
    if (r->examined)
        ls_examination_line(&r->x, true, bytes, line);
    else
        (void)snprintf(line, bytes, "%s", r->error);
}

/* {"kind": KIND, "step": STEP ... of metrics.jsonl, up to the cause. */
static struct ls_json open_record(const struct ls_refusal *r, const char *kind, uint64_t step)
{
    FILE *const file = r->t->run.metrics;
    (void)fprintf(file, "{\"kind\": \"%s\", \"step\": %llu", kind, (unsigned long long)step);
    struct ls_json json = {.file = file, .inside = true};
    ls_json_text(&json, "cause", cause_of(r));
    if (r->examined && r->x.look.bad.n_samples > 0)
        ls_json_number(&json, "sample", (double)r->x.look.bad.sample);
    return json;
}

static void close_record(const struct ls_json *json)
{
    (void)fputs("}\n", json->file);
    (void)fflush(json->file);
}

void ls_refusal_tell_skip(const struct ls_refusal *r)
{
    struct ls_training *const t = r->t;
    char line[LS_MESSAGE_LEN];
    line_of(r, sizeof line, line);
    struct ls_json json = open_record(r, "skip", t->step);
    ls_json_number(&json, "skips", (double)t->trainer.skipped);
    close_record(&json);
    ls_training_warn(t, "%s: the batch is passed over, %llu of at most %zu", line,
                     (unsigned long long)t->trainer.skipped, t->session->job.on_failure.skips);
}

void ls_refusal_tell_rollback(const struct ls_refusal *r, uint64_t from)
{
    struct ls_training *const t = r->t;
    char line[LS_MESSAGE_LEN];
    line_of(r, sizeof line, line);
    struct ls_json json = open_record(r, "rollback", t->step);
    ls_json_number(&json, "failed_step", (double)from + 1);
    ls_json_number(&json, "lr_factor", t->trainer.lr_factor);
    close_record(&json);
    ls_training_warn(t, "%s: back to step %llu with lr x %g, %llu of at most %zu", line,
                     (unsigned long long)t->step, t->trainer.lr_factor,
                     (unsigned long long)t->rollbacks, t->session->job.on_failure.rollbacks);
}

/* Without "rank 2: ", so that the text is the same on any number of ranks. */
static const char *without_rank(const char *error)
{
    int end = 0;
    (void)sscanf(error, "rank %*d: %n", &end);
    return error + end;
}

static const char *text_of(const struct ls_refusal *r, struct ls_arena *arena)
{
    if (r->examined)
        return ls_examination_text(&r->x, arena);
    if (r->status == LS_DATA)
        return ls_arena_printf(arena, "%s\n\nlikely cause   %s\ntry            %s\n",
                               without_rank(r->error), of_data[r->kind].cause,
                               of_data[r->kind].advice);
    return ls_arena_printf(arena, "%s\n", r->error);
}

/* failure.txt, and failure.h5 where there is more to keep. */
static ls_status write_files(const struct ls_refusal *r, const char *text, const char *page,
                             const char *file)
{
    if (!text || !page || !file)
        return LS_OTHER;
    LS_TRY(ls_run_text_put(page, text));
    return r->examined ? ls_failure_write(&r->x, file) : LS_OK;
}

void ls_refusal_tell_stop(const struct ls_refusal *r)
{
    struct ls_training *const t = r->t;
    struct ls_arena arena;
    char line[LS_MESSAGE_LEN];
    ls_arena_init(&arena);
    const char *const text = text_of(r, &arena);
    const char *const page = ls_arena_printf(&arena, "%s/failure.txt", t->run.path);
    const char *const file = ls_arena_printf(&arena, "%s/failure.h5", t->run.path);
    struct ls_json json = open_record(r, "failure", t->step + 1);
    close_record(&json);
    line_of(r, sizeof line, line);
    ls_progress_finish(&t->progress);
    if (r->examined) {
        ls_run_dir_log(&t->run, "%s", line);
        (void)fprintf(stderr, "lockstep: %s\n%s", line, text ? strchr(text, '\n') + 1 : "");
    }
    if (write_files(r, text, page, file) != LS_OK)
        (void)fprintf(stderr, "\nlockstep: note: not all of the failure is kept: %s\n",
                      ls_message());
    else if (r->examined)
        (void)fprintf(stderr, "\nthis page: %s; again: lockstep examine %s\n", page, file);
    ls_arena_release(&arena);
}
