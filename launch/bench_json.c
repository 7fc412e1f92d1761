#include "launch/bench.h"
#include "launch/json.h"

static void put_figures(struct ls_json *json, const char *key, const struct ls_machine *figures)
{
    ls_json_open(json, key, '{');
    ls_json_number(json, "gflops", figures->flops / 1e9);
    ls_json_number(json, "copy_gb_s", figures->copy / 1e9);
    ls_json_number(json, "triad_gb_s", figures->combine / 1e9);
    ls_json_close(json, '}');
}

static void put_machine(struct ls_json *json, const struct ls_bench_machine *machine)
{
    ls_json_open(json, "machine", '{');
    ls_json_number(json, "cores", machine->cores);
    ls_json_text(json, "vectors", machine->vectors);
    put_figures(json, "core", &machine->core);
    ls_json_number(json, "ranks", machine->ranks);
    ls_json_number(json, "threads", machine->threads);
    put_figures(json, "all", &machine->all);
    ls_json_close(json, '}');
}

static void put_spread(struct ls_json *json, const char *key, const struct ls_bench_spread *spread,
                       double unit)
{
    ls_json_open(json, key, '{');
    ls_json_number(json, "mean", spread->mean / unit);
    ls_json_number(json, "max", spread->max / unit);
    ls_json_close(json, '}');
}

/* Milliseconds of a pass, and its rate where it took any. */
static void put_pass(struct ls_json *json, const char *key, const struct ls_bench_layer *row,
                     double seconds, double work)
{
    ls_json_open(json, key, '{');
    ls_json_number(json, "ms", 1e3 * seconds);
    if (seconds > 0)
        ls_json_number(json, row->computes ? "gflops" : "gb_s", work / seconds / 1e9);
    ls_json_close(json, '}');
}

static void put_layers(struct ls_json *json, const struct ls_bench_job *job)
{
    char shape[LS_SHAPE_TEXT];
    ls_json_open(json, "layers", '[');
    for (int l = 0; l < job->n_layers; l++) {
        const struct ls_bench_layer *const row = &job->layers[l];
        ls_json_open(json, NULL, '{');
        ls_json_text(json, "name", row->layer->name);
        ls_json_text(json, "kind", row->layer->ops->kind);
        ls_json_text(json, "output", ls_shape_text(row->layer->out, shape));
        put_pass(json, "forward", row, row->forward_s, row->forward_work);
        put_pass(json, "backward", row, row->backward_s, row->backward_work);
        ls_json_number(json, "exchange_ms", 1e3 * row->exchange_s);
        ls_json_close(json, '}');
    }
    ls_json_close(json, ']');
}

static void put_job(struct ls_json *json, const struct ls_bench_job *job)
{
    ls_json_open(json, "job", '{');
    ls_json_text(json, "file", job->path);
    ls_json_text(json, "engine", job->engine);
    ls_json_number(json, "batch", (double)job->batch);
    ls_json_number(json, "shards", (double)job->shards);
    ls_json_number(json, "ranks", job->ranks);
    ls_json_number(json, "threads", (double)job->threads);
    ls_json_number(json, "steps", (double)job->steps);
    ls_json_number(json, "samples_per_s", job->samples_per_s);
    ls_json_number(json, "best_samples_per_s", job->best_samples_per_s);
    ls_json_number(json, "median_step_ms", 1e3 * job->step_s);
    ls_json_number(json, "mean_step_ms", 1e3 * job->mean_s);
    ls_json_open(json, "phases_ms", '{');
    for (int p = 0; p < LS_PHASES; p++)
        put_spread(json, ls_bench_phases[p], &job->phase_s[p], 1e-3);
    ls_json_close(json, '}');
    ls_json_number(json, "rest_ms", 1e3 * job->rest_s);
    put_spread(json, "reduction_hidden_ms", &job->hidden_s, 1e-3);
    put_spread(json, "peak_memory_bytes", &job->memory, 1);
    ls_json_number(json, "reduced_bytes", (double)job->reduced);
    ls_json_number(json, "exchanged_bytes", (double)job->exchanged);
    put_layers(json, job);
    ls_json_close(json, '}');
}

void ls_bench_json(FILE *file, const struct ls_bench_machine *machine,
                   const struct ls_bench_job *job)
{
    struct ls_json json = {.file = file};
    ls_json_open(&json, NULL, '{');
    put_machine(&json, machine);
    if (job)
        put_job(&json, job);
    ls_json_close(&json, '}');
    (void)fputc('\n', file);
}
