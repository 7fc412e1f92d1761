#include <string.h>

#include "io/dataset.h"
#include "launch/hard_list.h"
#include "launch/sheet.h"

enum { NAME = 24, SHOWN = 4 };

/* A class by its name or number. */
static const char *class_name(const struct ls_hard_list *list, int64_t class_, char *text)
{
    const struct ls_session *const s = &list->session;
    if (class_ >= 0 && (uint64_t)class_ < s->n_classes)
        (void)snprintf(text, NAME, "%s", s->class_names[class_]);
    else
        (void)snprintf(text, NAME, "%lld", (long long)class_);
    return text;
}

/* Labels as their numbers, "1,4", of those above a half; values as they are. A few, then "...". */
static const char *list_values(const struct ls_hard_list *list, const float *values, size_t len,
                               char *text, size_t bytes)
{
    size_t used = 0, shown = 0;
    text[0] = '\0';
    for (size_t i = 0; i < len && used + 1 < bytes; i++) {
        if (list->kind == LS_METRIC_LABELS && !(values[i] > 0.5f))
            continue;
        const char *const comma = used ? "," : "";
        if (++shown > SHOWN) {
            (void)snprintf(text + used, bytes - used, "%s...", comma);
            break;
        }
        used +=
            list->kind == LS_METRIC_LABELS
                ? (size_t)snprintf(text + used, bytes - used, "%s%zu", comma, i)
                : (size_t)snprintf(text + used, bytes - used, "%s%.4g", comma, (double)values[i]);
    }
    return text[0] ? text : "-";
}

static void print_row(const struct ls_hard_list *list, size_t i, FILE *file)
{
    const size_t k = list->session.loss.k, label_len = list->session.train.label_len;
    const float *const scores = list->scores + i * k;
    char label[64] = "-", prediction[64];
    (void)fprintf(file, "%12llu  %10.4g  ", (unsigned long long)list->samples[i],
                  (double)list->losses[i]);
    if (list->classes)
        (void)class_name(list, list->classes[i], label);
    const char *const shown = list->values ? list_values(list, list->values + i * label_len,
                                                         label_len, label, sizeof label)
                                           : label;
    if (list->kind == LS_METRIC_CLASSES)
        (void)fprintf(file, "%-16s  %-16s  %11.4f\n", shown,
                      class_name(list, list->predicted[i], prediction),
                      (double)scores[list->predicted[i]]);
    else
        (void)fprintf(file, "%-16s  %s\n", shown,
                      list_values(list, scores, k, prediction, sizeof prediction));
}

void ls_hard_list_print(const struct ls_hard_list *list, FILE *file)
{
    (void)fprintf(file, "%s, step %llu: the losses of %llu of %llu samples are remembered\n",
                  list->checkpoint, (unsigned long long)list->step,
                  (unsigned long long)list->remembered, (unsigned long long)list->len);
    if (list->n == 0)
        return;
    const bool classes = list->kind == LS_METRIC_CLASSES;
    const char *const label = list->kind == LS_METRIC_VALUES ? "y" : classes ? "class" : "labels";
    (void)fprintf(file, "%12s  %10s  %-16s  %s\n", "sample", "loss", label,
                  classes ? "prediction        probability" : "prediction");
    for (size_t i = 0; i < list->n; i++)
        print_row(list, i, file);
}

static ls_status put_columns(struct ls_hard_list *list, struct ls_dataset_writer *writer)
{
    LS_TRY(ls_dataset_put(writer, "sample", LS_I64, 0, list->samples));
    LS_TRY(ls_dataset_put(writer, "loss", LS_F32, 0, list->losses));
    LS_TRY(ls_dataset_put(writer, "scores", LS_F32, list->session.loss.k, list->scores));
    return list->kind == LS_METRIC_CLASSES
               ? ls_dataset_put(writer, "prediction", LS_I32, 0, list->predicted)
               : LS_OK;
}

/* x and y, one sample after another. */
static ls_status put_samples(struct ls_hard_list *list, struct ls_dataset_writer *writer)
{
    struct ls_session *const s = &list->session;
    float *const x = ls_arena_get(s->arena, ls_shape_len(s->train.shape), sizeof *x);
    if (!x)
        return LS_OTHER;
    for (size_t i = 0; i < list->n; i++) {
        const int32_t class_ = list->classes ? (int32_t)list->classes[i] : 0;
        LS_TRY(ls_source_read_x(&s->train, &list->samples[i], 1, x));
        LS_TRY(ls_dataset_append(writer, 1, x, &class_,
                                 list->values ? list->values + i * s->train.label_len : NULL));
    }
    return LS_OK;
}

ls_status ls_hard_list_write(struct ls_hard_list *list, const char *path)
{
    const struct ls_session *const s = &list->session;
    const struct ls_shape shape = s->train.shape;
    struct ls_dataset_spec spec = {.len = list->n,
                                   .axes = shape.axes + 1,
                                   .dims = {shape.c, shape.h, shape.w},
                                   .element = LS_F32,
                                   .has_labels = s->train.has_labels,
                                   .labels_are_classes = s->train.labels_are_classes,
                                   .label_len = s->train.label_len,
                                   .n_class_names = s->n_classes,
                                   .class_names = s->class_names};
    if (shape.axes == 2)
        spec.dims[1] = shape.w;
    struct ls_dataset_writer *writer = NULL;
    LS_TRY(ls_dataset_create(&writer, path, &spec));
    ls_status status = put_samples(list, writer);
    if (status == LS_OK)
        status = put_columns(list, writer);
    if (status == LS_OK)
        return ls_dataset_finish(writer);
    ls_dataset_abandon(writer);
    return status;
}

/* "#12" and "3>5": what it is, and what it is taken for. */
static void caption(const struct ls_hard_list *list, size_t i, struct ls_sheet_picture *picture)
{
    (void)snprintf(picture->text[0], LS_SHEET_TEXT, "#%llu", (unsigned long long)list->samples[i]);
    if (list->classes && list->kind == LS_METRIC_CLASSES)
        (void)snprintf(picture->text[1], LS_SHEET_TEXT, "%d>%d", (int)list->classes[i],
                       (int)list->predicted[i]);
    else
        (void)snprintf(picture->text[1], LS_SHEET_TEXT, "%.3g", (double)list->losses[i]);
    picture->marked = list->classes && list->classes[i] != list->predicted[i];
}

ls_status ls_hard_list_draw(struct ls_hard_list *list, const char *path)
{
    struct ls_session *const s = &list->session;
    const struct ls_shape shape = s->train.shape;
    const size_t len = ls_shape_len(shape);
    char text[LS_SHAPE_TEXT];
    if (shape.axes != 3 || (shape.c != 1 && shape.c != 3))
        return ls_fail(LS_USAGE,
                       "--sheet draws samples of shape (1, H, W) or (3, H, W); those of %s are %s",
                       s->train.path, ls_shape_text(shape, text));
    struct ls_sheet_picture *const pictures = ls_arena_get(s->arena, list->n, sizeof *pictures);
    float *const x = ls_arena_get(s->arena, list->n * len, sizeof *x);
    if (!pictures || !x)
        return LS_OTHER;
    LS_TRY(ls_source_read_x(&s->train, list->samples, list->n, x));
    for (size_t i = 0; i < list->n; i++) {
        pictures[i].x = x + i * len;
        caption(list, i, &pictures[i]);
    }
    return ls_sheet_write(path, shape, pictures, list->n);
}
