#include <string.h>

#include "launch/bench.h"

const char *const ls_bench_phases[LS_PHASES] = {"input",    "prepare", "forward", "loss",
                                                "backward", "reduce",  "update"};

static const char *const explained[LS_PHASES] = {
    "waiting for the batch",     "weights into the engine's layout",
    "exchanges included",        "",
    "exchanges included",        "waiting for the gradient: what is not hidden",
    "norm, clip, decay, weights"};

static void print_figures(FILE *file, const char *name, const struct ls_machine *figures)
{
    (void)fprintf(file, "  %-28s %12.1f %12.1f %16.1f\n", name, figures->flops / 1e9,
                  figures->copy / 1e9, figures->combine / 1e9);
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static void print_machine(FILE *file, const struct ls_bench_machine *machine)
{
    char name[64];
    (void)fprintf(file, "this machine: %d core%s, %s\n", machine->cores,
                  plural((size_t)machine->cores), machine->vectors);
    (void)fprintf(file, "  %-28s %12s %12s %16s\n", "", "FMA GFLOP/s", "copy GB/s",
                  "a = b + s c GB/s");
    print_figures(file, "one core", &machine->core);
    if (machine->ranks * machine->threads == 1)
        return;
    (void)snprintf(name, sizeof name, "%d rank%s x %d thread%s at once", machine->ranks,
                   plural((size_t)machine->ranks), machine->threads,
                   plural((size_t)machine->threads));
    print_figures(file, name, &machine->all);
}

/* Milliseconds, and "104.2 GF/s  89%" or "13.1 GB/s". */
static void print_pass(FILE *file, const struct ls_bench_layer *row, double seconds, double work,
                       double peak)
{
    const double rate = seconds > 0 ? work / seconds : 0;
    if (seconds <= 0)
        (void)fprintf(file, " %8s %16s", "-", "");
    else if (row->computes)
        (void)fprintf(file, " %8.3f %6.1f GF/s %3.0f%%", 1e3 * seconds, rate / 1e9,
                      100 * rate / peak);
    else
        (void)fprintf(file, " %8.3f %6.1f GB/s     ", 1e3 * seconds, rate / 1e9);
}

static void print_row(FILE *file, const int *width, const char *name, const char *text,
                      const struct ls_bench_layer *row, const struct ls_bench_job *job, double peak)
{
    const double seconds = row->forward_s + row->backward_s + row->exchange_s;
    (void)fprintf(file, "  %-*s %-*s", width[0], name, width[1], text);
    print_pass(file, row, row->forward_s, row->forward_work, peak);
    print_pass(file, row, row->backward_s, row->backward_work, peak);
    if (row->exchange_s > 0)
        (void)fprintf(file, " %8.3f", 1e3 * row->exchange_s);
    else
        (void)fprintf(file, " %8s", "");
    (void)fprintf(file, " %5.1f%%\n", 100 * seconds / job->mean_s);
}

/* Columns of names and of shapes. */
static void widths(const struct ls_bench_job *job, int *width)
{
    char text[LS_SHAPE_TEXT];
    width[0] = (int)strlen("layer");
    width[1] = (int)strlen("99 layers");
    for (int l = 0; l < job->n_layers; l++) {
        const struct ls_layer *const layer = job->layers[l].layer;
        const int name = (int)strlen(layer->name), kind = (int)strlen(layer->ops->kind);
        const int shape = (int)strlen(ls_shape_text(layer->out, text));
        width[0] = name > width[0] ? name : width[0];
        width[0] = kind > width[0] ? kind : width[0];
        width[1] = shape > width[1] ? shape : width[1];
    }
}

/* All layers of a kind that have the same limit, as one. */
static int add_up(const struct ls_bench_job *job, const struct ls_layer_ops *ops, bool computes,
                  struct ls_bench_layer *sum)
{
    int count = 0;
    *sum = (struct ls_bench_layer){.computes = computes};
    for (int l = 0; l < job->n_layers; l++) {
        const struct ls_bench_layer *const row = &job->layers[l];
        if (row->layer->ops != ops || row->computes != computes)
            continue;
        sum->forward_s += row->forward_s;
        sum->backward_s += row->backward_s;
        sum->exchange_s += row->exchange_s;
        sum->forward_work += row->forward_work;
        sum->backward_work += row->backward_work;
        count++;
    }
    return count;
}

static void print_layers(FILE *file, const struct ls_bench_job *job, double peak)
{
    char text[LS_SHAPE_TEXT];
    int width[2];
    widths(job, width);
    (void)fprintf(file, "\n  %-*s %-*s %8s %16s %8s %16s %8s %6s\n", width[0], "", width[1], "",
                  "forward", "rate, share", "backward", "rate, share", "exchange", "of the");
    (void)fprintf(file, "  %-*s %-*s %8s %16s %8s %16s %8s %6s\n", width[0], "layer", width[1],
                  "output", "ms", "of FMA peak", "ms", "of FMA peak", "ms", "step");
    for (int l = 0; l < job->n_layers; l++) {
        const struct ls_bench_layer *const row = &job->layers[l];
        print_row(file, width, row->layer->name, ls_shape_text(row->layer->out, text), row, job,
                  peak);
    }
    (void)fputc('\n', file);
    for (const struct ls_layer_ops *const *ops = ls_layer_kinds; *ops; ops++)
        for (int computes = 1; computes >= 0; computes--) {
            struct ls_bench_layer sum;
            const int count = add_up(job, *ops, computes, &sum);
            (void)snprintf(text, sizeof text, "%d layer%s", count, plural((size_t)count));
            if (count > 0)
                print_row(file, width, (*ops)->kind, text, &sum, job, peak);
        }
}

static void print_phase(FILE *file, const struct ls_bench_job *job, const char *name,
                        const struct ls_bench_spread *spread, const char *text)
{
    (void)fprintf(file, "  %-10s %10.3f", name, 1e3 * spread->mean);
    if (job->ranks > 1)
        (void)fprintf(file, " %10.3f", 1e3 * spread->max);
    (void)fprintf(file, " %7.1f%%%s%s\n", 100 * spread->mean / job->mean_s, text[0] ? "  " : "",
                  text);
}

static void print_phases(FILE *file, const struct ls_bench_job *job)
{
    char text[128];
    const struct ls_bench_spread rest = {job->rest_s, job->rest_s};
    const struct ls_bench_spread whole = {job->mean_s, job->mean_s};
    (void)fprintf(file, "\n  %-10s %10s", "phase", "ms");
    (void)fprintf(file, job->ranks > 1 ? " %10s %8s\n" : "%.0s %8s\n", "most", "share");
    for (int p = 0; p < LS_PHASES; p++)
        print_phase(file, job, ls_bench_phases[p], &job->phase_s[p], explained[p]);
    print_phase(file, job, "the rest", &rest, "");
    (void)snprintf(text, sizeof text, "mean; the median is %.3f ms", 1e3 * job->step_s);
    print_phase(file, job, "step", &whole, text);
}

static void print_job(FILE *file, const struct ls_bench_machine *machine,
                      const struct ls_bench_job *job)
{
    const double peak = machine->all.flops / machine->ranks;
    (void)fprintf(file, "\n%s: batch %zu, %zu shard%s, on %d rank%s x %zu thread%s\n", job->path,
                  job->batch, job->shards, plural(job->shards), job->ranks,
                  plural((size_t)job->ranks), job->threads, plural(job->threads));
    (void)fprintf(file, "  engine: %s\n", job->engine);
    (void)fprintf(file, "  %.0f samples/s, median of %zu steps; the best %.0f\n",
                  job->samples_per_s, job->steps, job->best_samples_per_s);
    print_layers(file, job, peak);
    print_phases(file, job);
    (void)fprintf(file, "\n  reduced a step: %.1f KiB of gradients, %.1f KiB in exchanges\n",
                  (double)job->reduced / 0x1p10, (double)job->exchanged / 0x1p10);
    (void)fprintf(file, "  reduction hidden in backward: %.3f ms\n", 1e3 * job->hidden_s.mean);
    (void)fprintf(file, "  peak memory of a rank: %.1f MiB", job->memory.max / 0x1p20);
    if (job->ranks > 1)
        (void)fprintf(file, " (mean %.1f)", job->memory.mean / 0x1p20);
    (void)fputc('\n', file);
}

void ls_bench_report(FILE *file, const struct ls_bench_machine *machine,
                     const struct ls_bench_job *job)
{
    print_machine(file, machine);
    if (job)
        print_job(file, machine, job);
}
