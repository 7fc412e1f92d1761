#include "src/sampler/fair.h"

#include <stdbool.h>

#include "src/base/status.h"

struct ls_fair_part {
    size_t whole;      /* units that it gets in every step */
    int64_t fraction;  /* of a unit more that is due to it a step, in parts of `sum` */
    int64_t lag;       /* what is due to it and has not come, in parts of `sum` */
    uint64_t deadline; /* its next unit must come before this step */
    bool follows;     /* the unit after that one may come already in the step before the deadline */
    uint64_t cascade; /* step before which a row of units, each in its last step, must end; 0: the
                         part is light */
};

/* Deadline and what decides between equal ones, for the next unit, seen from the step to come. */
static void look_ahead(const struct ls_fair *fair, struct ls_fair_part *part)
{
    const int64_t sum = (int64_t)fair->sum, missing = sum - part->lag;
    const int64_t steps = (missing + part->fraction - 1) / part->fraction;
    const int64_t over = steps * part->fraction - missing; /* due by then of the unit after */
    part->deadline = fair->step + (uint64_t)steps;
    part->follows = over > 0;
    part->cascade = 0;
    if (part->follows && 2 * part->fraction >= sum) {
        const int64_t rest = sum - part->fraction;
        part->cascade = part->deadline + (uint64_t)((over + rest - 1) / rest);
    }
}

void ls_fair_rewind(struct ls_fair *fair)
{
    fair->step = 0;
    for (size_t c = 0; c < fair->len; c++) {
        fair->parts[c].lag = 0;
        if (fair->parts[c].fraction > 0)
            look_ahead(fair, &fair->parts[c]);
    }
}

ls_status ls_fair_init(struct ls_fair *fair, const uint64_t *weights, size_t len, size_t total,
                       struct ls_arena *arena)
{
    *fair = (struct ls_fair){.len = len};
    fair->parts = ls_arena_get(arena, len, sizeof *fair->parts);
    fair->ready = ls_arena_get(arena, len, sizeof *fair->ready);
    if (!fair->parts || !fair->ready)
        return LS_OTHER;
    for (size_t c = 0; c < len; c++)
        fair->sum += weights[c];
    LS_ASSERT(fair->sum > 0 && fair->sum <= LS_FAIR_MAX_SUM && total < 1 << 24);
    uint64_t fractions = 0;
    for (size_t c = 0; c < len; c++) {
        fair->parts[c].whole = (size_t)(weights[c] * total / fair->sum);
        fair->parts[c].fraction = (int64_t)(weights[c] * total % fair->sum);
        fractions += (uint64_t)fair->parts[c].fraction;
    }
    fair->extra = (size_t)(fractions / fair->sum);
    ls_fair_rewind(fair);
    return LS_OK;
}

/* PD2: the earlier deadline; then whose next unit follows on its heels; then the later end of a
 * cascade; then the part of the lower number. */
static bool is_before(const struct ls_fair *fair, uint32_t a, uint32_t b)
{
    const struct ls_fair_part *const x = &fair->parts[a], *const y = &fair->parts[b];
    if (x->deadline != y->deadline)
        return x->deadline < y->deadline;
    if (x->follows != y->follows)
        return x->follows;
    if (x->cascade != y->cascade)
        return x->cascade > y->cascade;
    return a < b;
}

/* Puts the first `k` of ready (len) in front of the others, in any order (quickselect). */
static void select_first(const struct ls_fair *fair, uint32_t *ready, size_t len, size_t k)
{
    size_t begin = 0, end = len;
    while (end - begin > 1) {
        const uint32_t pivot = ready[begin + (end - begin - 1) / 2];
        size_t low = begin, high = end - 1;
        for (;; low++, high--) {
            while (is_before(fair, ready[low], pivot))
                low++;
            while (is_before(fair, pivot, ready[high]))
                high--;
            if (low >= high)
                break;
            const uint32_t swapped = ready[low];
            ready[low] = ready[high];
            ready[high] = swapped;
        }
        if (k <= high)
            end = high + 1;
        else
            begin = high + 1;
    }
}

void ls_fair_next(struct ls_fair *fair, size_t *counts)
{
    size_t n_ready = 0;
    for (size_t c = 0; c < fair->len; c++) {
        struct ls_fair_part *const part = &fair->parts[c];
        counts[c] = part->whole;
        part->lag += part->fraction;
        if (part->fraction > 0 && part->lag > 0)
            fair->ready[n_ready++] = (uint32_t)c;
    }
    LS_ASSERT(n_ready >= fair->extra);
    select_first(fair, fair->ready, n_ready, fair->extra);
    fair->step++;
    for (size_t i = 0; i < fair->extra; i++) {
        struct ls_fair_part *const part = &fair->parts[fair->ready[i]];
        counts[fair->ready[i]]++;
        part->lag -= (int64_t)fair->sum;
        look_ahead(fair, part);
    }
}
