/* The norm in fixed blocks, and clipping as torch clips. */
#include <string.h>

#include "src/optim/clip.h"
#include "tests/src/close.h"
#include "tests/src/nodes.h"

enum { LEN = 2 * LS_NORM_BLOCK + 1003, BLOCKS = 3 };

static real g[LEN];

static void fill(void)
{
    for (size_t i = 0; i < LEN; i++)
        g[i] = LS_R(1e-3) * (real)((i * 7919) % 2003) - 1;
}

static void the_norm_is_the_root_of_the_sum_of_squares(void **state)
{
    (void)state;
    fill();
    double sum = 0;
    for (size_t i = 0; i < LEN; i++)
        sum += (double)g[i] * (double)g[i];
    assert_close(ls_norm(g, LEN) / sqrt(sum), 1, 1e-13);
    assert_close(ls_norm(g, 0), 0, 0);
    assert_close(ls_norm((const real[]){-3, 4}, 2), 5, 0);
}

static void blocks_in_any_order_give_the_same_bits(void **state)
{
    (void)state;
    fill();
    double partial[BLOCKS];
    assert_int_equal(ls_norm_blocks(LEN), BLOCKS);
    for (size_t b = BLOCKS; b-- > 0;)
        partial[b] = ls_norm_block(g, LEN, b);
    assert_true(ls_norm_total(partial, BLOCKS) == ls_norm(g, LEN));
}

static void every_element_counts(void **state)
{
    (void)state;
    memset(g, 0, sizeof g);
    for (size_t i = 0; i < LEN; i += 61) {
        g[i] = 2;
        assert_close(ls_norm(g, LEN), 2, 0);
        g[i] = 0;
    }
    g[LEN - 1] = 2;
    assert_close(ls_norm(g, LEN), 2, 0);
}

static void a_norm_that_is_not_finite_shows(void **state)
{
    (void)state;
    memset(g, 0, sizeof g);
    g[4099] = (real)NAN;
    assert_true(isnan(ls_norm(g, LEN)));
    g[4099] = -(real)INFINITY;
    assert_true(isinf(ls_norm(g, LEN)));
}

/* the numbers are those of torch.nn.utils.clip_grad_norm_ on [3, 4, 12] */
static void clipping_by_norm_is_torch(void **state)
{
    (void)state;
    real v[] = {3, 4, 12};
    ls_clip_scale(v, 3, ls_clip_factor(ls_norm(v, 3), 1.0));
    assert_close((double)v[0], 0.23076921301775288, 1e-15);
    assert_close((double)v[1], 0.3076922840236705, 1e-15);
    assert_close((double)v[2], 0.9230768520710115, 1e-15);
}

static void a_gradient_within_the_limit_stays(void **state)
{
    (void)state;
    assert_true(ls_clip_factor(13, 14) == 1);
    assert_true(ls_clip_factor(0, 1) == 1);
    assert_true(ls_clip_factor(1e9, 0) == 1);
}

static void clipping_by_value_moves_only_what_lies_outside(void **state)
{
    (void)state;
    real v[] = {-3, -0.5, 0, 0.25, 7, (real)NAN};
    ls_clip_value(v, 6, 0.5);
    const real expected[] = {-0.5, -0.5, 0, 0.25, 0.5};
    assert_memory_equal(v, expected, sizeof expected);
    assert_true(isnan(v[5]));
    ls_clip_value(v, 5, 0);
    assert_memory_equal(v, expected, sizeof expected);
}

static void norm_and_value_together_are_refused(void **state)
{
    (void)state;
    struct ls_clip clip;
    assert_int_equal(ls_clip_parse(&clip, NULL, &nodes_arena), LS_OK);
    assert_true(clip.norm == 0 && clip.value == 0);
    const struct ls_node *both = map(NULL, entry("norm", "1"), entry("value", "1"), NO_CHILD);
    assert_int_equal(ls_clip_parse(&clip, both, &nodes_arena), LS_USAGE);
    assert_non_null(strstr(ls_message(), "give one of norm, value and adaptive"));
    ls_arena_release(&nodes_arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_norm_is_the_root_of_the_sum_of_squares),
        cmocka_unit_test(blocks_in_any_order_give_the_same_bits),
        cmocka_unit_test(every_element_counts),
        cmocka_unit_test(a_norm_that_is_not_finite_shows),
        cmocka_unit_test(clipping_by_norm_is_torch),
        cmocka_unit_test(a_gradient_within_the_limit_stays),
        cmocka_unit_test(clipping_by_value_moves_only_what_lies_outside),
        cmocka_unit_test(norm_and_value_together_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
