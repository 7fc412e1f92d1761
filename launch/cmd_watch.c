#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "launch/command.h"
#include "launch/plot.h"
#include "launch/run_lock.h"
#include "launch/watch_table.h"
#include "launch/yaml.h"
#include "src/base/number.h"

enum { MAX_ROWS = 10000, LINE_LEN = 65536 };

static const double pause_s = 0.5;

struct flags {
    bool once;
    const char *plot;
    size_t step;
};

static const struct ls_option flags[] = {
    {"once", LS_BOOL, offsetof(struct flags, once), "false", 0, 0, NULL,
     "show the newest figures and end, also while the run goes on"},
    {"plot", LS_STRING, offsetof(struct flags, plot), "", 0, 0, NULL,
     "SVG file to draw the norm of the gradient by depth into, a curve for each RUN; ends then"},
    {"step", LS_SIZE, offsetof(struct flags, step), "0", 0, 1e15, NULL,
     "step to show or draw [the newest that was watched]"},
    {0}};

/* The rows of the step that is being read. */
struct watching {
    FILE *file;
    const char *path;
    size_t n;
    struct ls_watch_row rows[MAX_ROWS];
    char names[MAX_ROWS][LS_NAME_LEN];
    unsigned long long step;
    bool is_shown;           /* the rows have been */
    unsigned long long only; /* the step whose rows are taken; 0: any, the newest stay */
};

static double number(const struct ls_node *line, const char *key)
{
    double value = NAN;
    const struct ls_node *const node = ls_node_get(line, key);
    return node && ls_number_real(node->text, &value) ? value : (double)NAN;
}

static void take_row(struct watching *w, const struct ls_node *line)
{
    const struct ls_node *const layer = ls_node_get(line, "layer");
    const double step = number(line, "step");
    if (!layer || isnan(step) || (w->only > 0 && step != (double)w->only))
        return;
    if ((unsigned long long)step != w->step)
        w->n = 0;
    w->step = (unsigned long long)step;
    if (w->n == MAX_ROWS)
        return;
    char *const name = w->names[w->n];
    (void)snprintf(name, LS_NAME_LEN, "%s", layer->text);
    w->is_shown = false;
    w->rows[w->n++] = (struct ls_watch_row){name,
                                            {.mean = number(line, "mean"),
                                             .deviation = number(line, "deviation"),
                                             .dead = number(line, "dead"),
                                             .grad_norm = number(line, "grad_norm"),
                                             .weight_norm = number(line, "weight_norm"),
                                             .update_ratio = number(line, "update_ratio")}};
}

/* JSON is YAML. */
static ls_status take_line(struct watching *w, const char *text)
{
    struct ls_node *line = NULL;
    struct ls_arena arena;
    if (!strstr(text, "\"kind\": \"watch\""))
        return LS_OK;
    ls_arena_init(&arena);
    const ls_status status = ls_yaml_parse(text, strlen(text), w->path, &arena, &line);
    if (status == LS_OK)
        take_row(w, line);
    ls_arena_release(&arena);
    return status;
}

/* All lines that are whole by now; the rest of one that is being written is read again. */
static ls_status read_on(struct watching *w)
{
    static char text[LINE_LEN];
    clearerr(w->file);
    for (;;) {
        const long at = ftell(w->file);
        if (!fgets(text, sizeof text, w->file))
            break;
        if (!strchr(text, '\n')) {
            if (fseek(w->file, at, SEEK_SET) != 0)
                return ls_fail(LS_DATA, "%s: cannot read: %s", w->path, strerror(errno));
            break;
        }
        LS_TRY(take_line(w, text));
    }
    return ferror(w->file) ? ls_fail(LS_DATA, "%s: cannot read", w->path) : LS_OK;
}

static void show(struct watching *w)
{
    if (w->n == 0 || w->is_shown)
        return;
    if (isatty(STDOUT_FILENO))
        (void)fputs("\033[H\033[2J", stdout);
    (void)printf("step %llu\n", w->step);
    ls_watch_table(stdout, w->rows, w->n);
    (void)fflush(stdout);
    w->is_shown = true;
}

/* The lines of a step come together; a table is shown once the file has been quiet for a while. */
static ls_status follow(struct watching *w, const char *run, bool once)
{
    for (bool goes_on = true; goes_on;) {
        goes_on = !once && ls_run_lock_is_held(run);
        LS_TRY(read_on(w));
        show(w);
        if (goes_on)
            (void)nanosleep(&(struct timespec){.tv_nsec = (long)(pause_s * 1e9)}, NULL);
    }
    if (w->n == 0)
        return ls_fail(LS_DATA, "%s: no step has been watched (see watch_every in the job)",
                       w->path);
    return LS_OK;
}

static ls_status open_run(struct watching *w, const char *run, struct ls_arena *arena)
{
    w->n = 0;
    w->step = 0;
    w->path = ls_arena_printf(arena, "%s/metrics.jsonl", run);
    if (!w->path)
        return LS_OTHER;
    w->file = fopen(w->path, "r");
    return w->file ? LS_OK
                   : ls_fail(LS_DATA, "%s: cannot read: %s: is %s the folder of a run?", w->path,
                             strerror(errno), run);
}

/* Layers that have a gradient, counted from the input. */
static ls_status take_curve(struct watching *w, const char *run, struct ls_curve *curve,
                            struct ls_arena *arena)
{
    LS_TRY(open_run(w, run, arena));
    const ls_status status = read_on(w);
    (void)fclose(w->file);
    LS_TRY(status);
    double *const x = ls_arena_get(arena, w->n, sizeof *x);
    double *const y = ls_arena_get(arena, w->n, sizeof *y);
    if (!x || !y)
        return LS_OTHER;
    const char *const slash = strrchr(run, '/');
    *curve = (struct ls_curve){.name = slash && slash[1] ? slash + 1 : run, .x = x, .y = y};
    for (size_t i = 0; i < w->n; i++) {
        if (isnan(w->rows[i].figures.grad_norm))
            continue;
        x[curve->n] = (double)curve->n + 1;
        y[curve->n++] = w->rows[i].figures.grad_norm;
    }
    if (curve->n == 0)
        return ls_fail(LS_DATA, "%s: no such step has been watched (see watch_every in the job)",
                       w->path);
    return LS_OK;
}

static ls_status draw(const struct ls_command_call *call, struct watching *w)
{
    const struct flags *const given = call->flags;
    struct ls_plot plot = {.title = "norm of the gradient by depth",
                           .x_label = "layers with parameters, from the input",
                           .y_label = "norm of the gradient",
                           .log_y = true,
                           .mark = NAN};
    w->only = given->step;
    for (size_t i = 0; i < call->n_positional; i++)
        LS_TRY(take_curve(w, call->positional[i], &plot.curve[plot.n_curves++], call->arena));
    return ls_plot_write(&plot, given->plot);
}

static ls_status run(const struct ls_command_call *call)
{
    const struct flags *const given = call->flags;
    const char *const run = call->positional[0];
    struct watching *const w = ls_arena_get(call->arena, 1, sizeof *w);
    if (!w)
        return LS_OTHER;
    if (given->plot[0] != '\0')
        return draw(call, w);
    if (call->n_positional > 1)
        return ls_fail(LS_USAGE, "watch: several runs can only be drawn: add --plot FILE.svg");
    LS_TRY(open_run(w, run, call->arena));
    w->only = given->step;
    const ls_status status = follow(w, run, given->once);
    (void)fclose(w->file);
    return status;
}

static void more_help(FILE *file)
{
    (void)fputs("\nEvery watch_every steps of a job, and at the first, for each layer: mean and "
                "deviation of its\noutputs, of a relu the share of channels that are 0 for the "
                "whole batch (dead), the norm of its\ngradient before clipping, also to that of "
                "the last layer, and how large the update was to the\nweights. The same figures "
                "are in the run's metrics.jsonl.\n",
                file);
}

const struct ls_command_ops ls_command_watch = {
    .name = "watch",
    .help = "the gradient's way through the layers of a run, live while it goes on",
    .usage = "RUN...",
    .flags = flags,
    .flags_bytes = sizeof(struct flags),
    .min_positional = 1,
    .max_positional = LS_MAX_CURVES,
    .more_help = more_help,
    .run = run};
