#include "src/data/view.h"

enum { ROOM = 1024 };

/* The numbers of the next samples in `of`; returns how many. */
static size_t translate(const struct ls_view *view, const uint64_t *samples, size_t n)
{
    const size_t some = n < view->room ? n : (size_t)view->room;
    for (size_t i = 0; i < some; i++)
        view->numbers[i] = view->samples[samples[i]];
    return some;
}

static ls_status read_x(void *context, const uint64_t *samples, size_t n, float *x)
{
    const struct ls_view *const view = context;
    const size_t len = ls_shape_len(view->of->shape);
    for (size_t at = 0, some = 0; at < n; at += some) {
        some = translate(view, samples + at, n - at);
        LS_TRY(ls_source_read_x(view->of, view->numbers, some, x + at * len));
    }
    return LS_OK;
}

static ls_status read_classes(void *context, const uint64_t *samples, size_t n, int64_t *classes)
{
    const struct ls_view *const view = context;
    for (size_t at = 0, some = 0; at < n; at += some) {
        some = translate(view, samples + at, n - at);
        LS_TRY(ls_source_read_classes(view->of, view->numbers, some, classes + at));
    }
    return LS_OK;
}

static ls_status read_values(void *context, const uint64_t *samples, size_t n, float *values)
{
    const struct ls_view *const view = context;
    for (size_t at = 0, some = 0; at < n; at += some) {
        some = translate(view, samples + at, n - at);
        LS_TRY(ls_source_read_values(view->of, view->numbers, some,
                                     values + at * view->of->label_len));
    }
    return LS_OK;
}

static void no_close(void *context)
{
    (void)context;
}

ls_status ls_view_init(struct ls_view *view, struct ls_source *of, const uint64_t *samples,
                       uint64_t n, struct ls_arena *arena)
{
    static const struct ls_source_ops ops = {.read_x = read_x,
                                             .read_classes = read_classes,
                                             .read_values = read_values,
                                             .close = no_close};
    *view = (struct ls_view){.source = *of, .of = of, .samples = samples, .room = ROOM};
    view->source.ops = &ops;
    view->source.context = view;
    view->source.len = n;
    view->source.has_groups = false;
    view->source.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    view->numbers = ls_arena_get(arena, ROOM, sizeof *view->numbers);
    return view->numbers ? LS_OK : LS_OTHER;
}
