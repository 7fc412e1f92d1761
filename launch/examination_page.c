/* The page of an examination: what a person reads. */
#include <stdarg.h>
#include <string.h>

#include "launch/examination.h"

enum { LABEL = 15, WIDTH = 96, LINES = 10, LAYERS = 12 };

/* LABEL, then the text, broken at blanks and set in. */
__attribute__((format(printf, 3, 4))) static void entry(FILE *file, const char *label,
                                                        const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    (void)fprintf(file, "%-*s", LABEL, label);
    size_t column = LABEL;
    for (const char *word = text; *word;) {
        const size_t len = strcspn(word, " ");
        if (column > LABEL && column + len > WIDTH) {
            (void)fprintf(file, "\n%*s", LABEL, "");
            column = LABEL;
        }
        (void)fprintf(file, "%.*s%s", (int)len, word, word[len] ? " " : "");
        column += len + 1;
        word += len + (word[len] ? 1 : 0);
    }
    (void)fputc('\n', file);
}

static const char *param_name(const struct ls_layer *layer, int param)
{
    return param < layer->n_params ? layer->params[param].name
                                   : layer->buffers[param - layer->n_params].name;
}

/* The tensor, in words. */
static void name_tensor(const struct ls_examination *x, size_t bytes, char *text)
{
    const struct ls_bad *const bad = &x->look.bad;
    const struct ls_layer *const layers = x->evidence.model->layers;
    const struct ls_layer *const layer = bad->layer < 0 ? NULL : &layers[bad->layer];
    const char *const param = layer && bad->shard < 0 ? param_name(layer, bad->param) : "";
    switch (bad->place) {
    case LS_PLACE_INPUT:
        (void)snprintf(text, bytes, "the input x");
        break;
    case LS_PLACE_TARGET:
        (void)snprintf(text, bytes, "the target y");
        break;
    case LS_PLACE_PARAM:
        (void)snprintf(text, bytes, "%s/%s, before the step", layer->name, param);
        break;
    case LS_PLACE_FORWARD:
        (void)snprintf(text, bytes, "forward, the output of %s", layer->name);
        break;
    case LS_PLACE_LOSS:
        (void)snprintf(text, bytes, "forward, the loss");
        break;
    case LS_PLACE_BACKWARD:
        (void)snprintf(text, bytes, "backward, the gradient of %s's output, out of %s", layer->name,
                       bad->through < 0 ? "the loss" : layers[bad->through].name);
        break;
    case LS_PLACE_GRADIENT:
        (void)snprintf(text, bytes, "backward, the gradient of %s/%s, over the batch", layer->name,
                       param);
        break;
    case LS_PLACE_UPDATE:
        (void)snprintf(text, bytes, "the update of %s/%s%s%s", layer->name, param,
                       bad->slot < 0 ? "" : ", in the optimizer's ",
                       bad->slot < 0 ? "" : x->evidence.optimizer->slot_name[bad->slot]);
        break;
    default:
        (void)snprintf(text, bytes, "none: run again, every tensor was finite");
    }
}

static struct ls_shape shape_of(const struct ls_examination *x)
{
    const struct ls_bad *const bad = &x->look.bad;
    if (bad->place == LS_PLACE_TARGET)
        return (struct ls_shape){1, x->evidence.loss->k, 1, 1};
    return bad->layer < 0 ? x->evidence.model->input : x->evidence.model->layers[bad->layer].out;
}

static void write_around(const struct ls_bad *bad, FILE *file)
{
    char text[512] = "";
    for (int i = 0; i < bad->n_around; i++) {
        const size_t used = strlen(text);
        const bool at = i == bad->at_around;
        (void)snprintf(text + used, sizeof text - used, "%s%s%.4g%s", i ? "  " : "", at ? "[" : "",
                       bad->around[i], at ? "]" : "");
    }
    if (bad->n_around > 0)
        entry(file, "around it", "%s", text);
}

static void write_samples(const struct ls_examination *x, FILE *file)
{
    const struct ls_bad *const bad = &x->look.bad;
    char text[512] = "";
    for (uint64_t i = 0; i < bad->n_samples && i < LS_BAD_SAMPLES; i++) {
        const size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "%s%llu", i ? ", " : "",
                       (unsigned long long)bad->samples[i]);
    }
    entry(file, "samples", "%s%s (%llu of %zu in the batch, %llu value%s)", text,
          bad->n_samples > LS_BAD_SAMPLES ? ", ..." : "", (unsigned long long)bad->n_samples, x->n,
          (unsigned long long)bad->n_values, bad->n_values == 1 ? "" : "s");
}

static void write_bad(const struct ls_examination *x, FILE *file)
{
    const struct ls_bad *const bad = &x->look.bad;
    char tensor[256], place[LS_SHAPE_TEXT];
    if (!x->evidence.look) {
        entry(file, "first bad",
              "not looked for: there is not the memory to keep all tensors of a "
              "step at once");
        return;
    }
    name_tensor(x, sizeof tensor, tensor);
    if (bad->place == LS_PLACE_NONE) {
        entry(file, "first bad", "%s", tensor);
    } else if (bad->shard < 0) {
        entry(file, "first bad", "%s: %g at element %llu, and %llu such value%s in all", tensor,
              bad->value, (unsigned long long)bad->element, (unsigned long long)bad->n_values,
              bad->n_values == 1 ? "" : "s");
        write_around(bad, file);
    } else {
        (void)ls_place_text(shape_of(x), bad->element, place);
        entry(file, "first bad", "%s: %g%s%s for sample %llu, in shard %d of %d", tensor,
              bad->value, bad->place == LS_PLACE_LOSS ? "" : " at ",
              bad->place == LS_PLACE_LOSS ? "" : place, (unsigned long long)bad->sample,
              bad->shard + 1, x->trainer->ws->tree->shards);
        write_around(bad, file);
        write_samples(x, file);
    }
}

static void write_causes(const struct ls_examination *x, FILE *file)
{
    const struct ls_suspicion *const s = x->suspicions;
    if (x->n_suspicions == 0) {
        entry(file, "likely cause", "unknown");
        entry(file, "try",
              "a smaller lr; clip: {norm: 1}; data: {normalize: channel}; lockstep "
              "check");
        return;
    }
    entry(file, "likely cause", "%s: %s", s[0].cause->name, s[0].text);
    entry(file, "try", "%s", s[0].cause->advice);
    for (size_t i = 1; i < x->n_suspicions; i++) {
        entry(file, "also seen", "%s: %s", s[i].cause->name, s[i].text);
        entry(file, "", "(%s)", s[i].cause->advice);
    }
}

/* Rows 1, 2, 4, 8 ... and the last few before the end, oldest first. */
static bool is_shown(size_t left)
{
    return left < LINES / 2 || (left & (left - 1)) == 0;
}

static void write_number(FILE *file, double value)
{
    if (isnan(value))
        (void)fprintf(file, "%12s", "-");
    else
        (void)fprintf(file, "%12.4g", value);
}

static void write_trend(const struct ls_examination *x, FILE *file)
{
    const struct ls_history *const h = x->evidence.history;
    (void)fprintf(file, "\n%12s%12s%12s%12s%12s\n", "step", "loss", "grad norm", "lr",
                  "weight norm");
    for (size_t i = 0; i < h->len; i++) {
        const struct ls_history_row *const row = ls_history_row(h, i);
        const bool weighed = !isnan(row->weight_norm);
        if (!is_shown(h->len - 1 - i) && !weighed &&
            !(x->evidence.onset.known && i == x->evidence.onset.row))
            continue;
        (void)fprintf(file, "%12.0f%12.4g%12.4g%12.4g", row->step, row->loss, row->grad_norm,
                      row->lr);
        write_number(file, row->weight_norm);
        (void)fputs(i + 1 == h->len ? "  refused\n" : "\n", file);
    }
}

/* The layers around the bad one: sizes in the step that was refused. */
static void write_layers(const struct ls_examination *x, FILE *file)
{
    const struct ls_model *const model = x->evidence.model;
    const int n = model->n_layers, at = x->look.bad.layer < 0 ? 0 : x->look.bad.layer;
    int begin = at > LAYERS / 2 ? at - LAYERS / 2 : 0;
    if (begin + LAYERS > n)
        begin = n > LAYERS ? n - LAYERS : 0;
    const int end = begin + LAYERS < n ? begin + LAYERS : n;
    (void)fprintf(file, "\n%-20s%12s%12s%12s%12s\n", "layer", "output", "gradient", "weights",
                  "at start");
    for (int l = begin; l < end; l++) {
        const struct ls_layer_look *const look = &x->look.layers[l];
        const bool weighs = model->layers[l].n_params > 0;
        (void)fprintf(file, "%-20.19s", model->layers[l].name);
        write_number(file, look->y > 0 ? look->y : (double)NAN);
        write_number(file, look->dy > 0 ? look->dy : (double)NAN);
        write_number(file, weighs ? look->weights : (double)NAN);
        write_number(file, weighs ? x->evidence.history->start[l] : (double)NAN);
        (void)fputs(l == x->look.bad.layer ? "  <\n" : "\n", file);
    }
    (void)fprintf(file, "(the largest finite value of all samples; norms%s)\n",
                  end - begin < n ? "; the layers next to the bad one" : "");
}

void ls_examination_page(const struct ls_examination *x, FILE *file)
{
    (void)fputc('\n', file);
    write_causes(x, file);
    (void)fputc('\n', file);
    write_bad(x, file);
    write_trend(x, file);
    if (x->evidence.look)
        write_layers(x, file);
}

void ls_examination_line(const struct ls_examination *x, bool with_rank, size_t bytes, char *text)
{
    /* the advice in parentheses is for those who know no more */
    const char *const advice = strstr(x->error, " (");
    const int len =
        x->n_suspicions > 0 && advice ? (int)(advice - x->error) : (int)strlen(x->error);
    char rank[48] = "";
    if (with_rank && x->session->peers->size > 1 && x->evidence.look && x->look.bad.shard >= 0)
        (void)snprintf(rank, sizeof rank, " (seen by rank %d of %d)", x->look.bad.rank,
                       x->session->peers->size);
    (void)snprintf(
        text, bytes, "%.*s%s%s%s%s%s", len, x->error, x->n_suspicions > 0 ? "; likely cause: " : "",
        x->n_suspicions > 0 ? x->suspicions[0].cause->name : "", x->n_suspicions > 0 ? ": " : "",
        x->n_suspicions > 0 ? x->suspicions[0].text : "", rank);
}

const char *ls_examination_text(const struct ls_examination *x, struct ls_arena *arena)
{
    enum { PAGE_BYTES = 64 * 1024 };
    char line[LS_MESSAGE_LEN];
    char *const text = ls_arena_get(arena, PAGE_BYTES, 1);
    FILE *const file = text ? fmemopen(text, PAGE_BYTES, "w") : NULL;
    if (!file)
        return NULL;
    ls_examination_line(x, false, sizeof line, line);
    (void)fprintf(file, "%s\n", line);
    ls_examination_page(x, file);
    return fclose(file) == 0 ? text : NULL;
}
