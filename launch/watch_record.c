#include <math.h>

#include "launch/json.h"
#include "launch/training.h"
#include "src/step/flow.h"

bool ls_training_watches(const struct ls_training *t)
{
    const size_t every = t->session->job.watch_every;
    return every > 0 && (t->step % every == every - 1 || t->step == 0);
}

static void number(struct ls_json *json, const char *key, double value)
{
    if (!isnan(value))
        ls_json_number(json, key, value);
}

static void write_layer(const struct ls_training *t, int l)
{
    FILE *const file = t->run.metrics;
    const struct ls_watch_layer *const f = &t->watch.layers[l];
    (void)fprintf(file, "{\"kind\": \"watch\", \"step\": %llu", (unsigned long long)t->step);
    struct ls_json json = {.file = file, .inside = true};
    ls_json_text(&json, "layer", t->session->model.layers[l].name);
    ls_json_number(&json, "mean", f->mean);
    ls_json_number(&json, "deviation", f->deviation);
    number(&json, "dead", f->dead);
    number(&json, "grad_norm", f->grad_norm);
    number(&json, "weight_norm", f->weight_norm);
    number(&json, "update_ratio", f->update_ratio);
    (void)fputs("}\n", file);
}

/* What is said once in a run. */
static void warn(struct ls_training *t, bool *said, int l, const char *what, const char *remedy)
{
    const struct ls_model *const model = &t->session->model;
    char text[LS_MESSAGE_LEN];
    if (l < 0 || *said)
        return;
    const struct ls_flow flow = ls_flow_judge(model, t->watch.layers);
    *said = true;
    ls_progress_finish(&t->progress);
    (void)snprintf(text, sizeof text,
                   "warning: step %llu: the gradient %s on its way back: its norm is %.2g at %s, "
                   "%.2g at %s; %s",
                   (unsigned long long)t->step, what, t->watch.layers[l].grad_norm,
                   model->layers[l].name, t->watch.layers[flow.last].grad_norm,
                   model->layers[flow.last].name, remedy);
    ls_training_say(t, text);
}

void ls_training_watch(struct ls_training *t)
{
    if (!t->here || !t->watch.on)
        return;
    for (int l = 0; l < t->session->model.n_layers; l++)
        write_layer(t, l);
    (void)fflush(t->run.metrics);
    const struct ls_flow flow = ls_flow_judge(&t->session->model, t->watch.layers);
    warn(t, &t->said_vanishing, flow.vanishing, "vanishes",
         "try batch-norm or residuals between, or relu or elu in place of sigmoid and tanh");
    warn(t, &t->said_exploding, flow.exploding, "explodes",
         "try clip: {norm: 1}, a smaller lr, smaller initial weights, or batch-norm between");
}
