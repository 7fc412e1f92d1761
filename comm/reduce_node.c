#include "comm/reducer.h"

#include "src/base/vector.h"

struct ls_range ls_range_cut(struct ls_range whole, size_t n, size_t i)
{
    const size_t lines = (whole.len + LS_LINE_LEN - 1) / LS_LINE_LEN;
    const size_t each = lines / n, longer = lines % n; /* the first `longer` have one line more */
    const size_t from = (i * each + (i < longer ? i : longer)) * LS_LINE_LEN;
    const size_t to = from + (each + (i < longer)) * LS_LINE_LEN;
    const size_t begin = from < whole.len ? from : whole.len;
    const size_t end = to < whole.len ? to : whole.len;
    return (struct ls_range){whole.begin + begin, end - begin};
}

LS_VECTOR void ls_reduce_add(real *out, const real *a, const real *b, size_t len)
{
#pragma omp simd
    for (size_t i = 0; i < len; i++)
        out[i] = a[i] + b[i];
}

/* Value v from element `at` on. Scratch holds one block only. */
static real *place(const struct ls_comm_reducer *r, int v, size_t at)
{
    const int sum = r->plan.n_pieces + r->plan.n_scratch;
    return v < r->plan.n_pieces || v == sum ? r->value[v] + at : r->value[v];
}

/* Block by block, so that a value is still in the cache when it is added to the next:
 *
 *     pieces on the node   p0 p1 p2 p3          steps   s = p0 + p1
 *     scratch              s t                          t = p2 + p3
 *     the sum              S                            S = s + t
 *
 * The pieces are read where their ranks have written them.
 *
 * Cost: reads every piece once and writes the sum once; values in between stay in the cache. */
void ls_reduce_node(const struct ls_comm_reducer *r, struct ls_range range)
{
    for (size_t done = 0; done < range.len; done += LS_ADD_LEN) {
        const size_t at = range.begin + done, left = range.len - done;
        const size_t len = left < LS_ADD_LEN ? left : LS_ADD_LEN;
        for (int k = 0; k < r->plan.n_steps; k++) {
            const struct ls_reduce_step step = r->plan.steps[k];
            ls_reduce_add(place(r, step.out, at), place(r, step.a, at), place(r, step.b, at), len);
        }
    }
}
