/* Where a gradient vanishes, explodes or meets dead layers. */
#include "tests/bench.h"

#include <math.h>

#include "src/step/flow.h"

enum { LAYERS = 4 };

static struct ls_flow judge(const double *norm, double dead)
{
    struct ls_model model = {.n_layers = LAYERS};
    struct ls_watch_layer layers[LAYERS];
    for (int l = 0; l < LAYERS; l++)
        layers[l] = (struct ls_watch_layer){.grad_norm = norm[l], .dead = NAN};
    layers[1].dead = dead;
    return ls_flow_judge(&model, layers);
}

static void an_even_gradient_is_healthy(void **state)
{
    (void)state;
    const struct ls_flow flow = judge((const double[]){1e-5, NAN, 1e5, 1}, 0.9);
    assert_true(flow.last == 3 && flow.vanishing < 0 && flow.exploding < 0 && flow.dead < 0);
}

static void the_layer_farthest_below_the_last_vanishes(void **state)
{
    (void)state;
    const struct ls_flow flow = judge((const double[]){1e-8, 1e-7, 0.1, NAN}, NAN);
    assert_true(flow.last == 2 && flow.vanishing == 0 && flow.exploding < 0);
    assert_int_equal(judge((const double[]){1, 0, 1, 1}, NAN).vanishing, -1);
    assert_int_equal(judge((const double[]){0, 1e-9, 1, 1}, NAN).vanishing, 1);
}

static void the_layer_farthest_above_the_last_explodes(void **state)
{
    (void)state;
    const struct ls_flow flow = judge((const double[]){1e7, 1e8, NAN, 1}, NAN);
    assert_true(flow.exploding == 1 && flow.vanishing < 0);
}

static void a_layer_without_a_living_channel_is_dead(void **state)
{
    (void)state;
    assert_int_equal(judge((const double[]){1, NAN, 1, 1}, 1).dead, 1);
}

static void a_model_without_parameters_has_no_flow(void **state)
{
    (void)state;
    const struct ls_flow flow = judge((const double[]){NAN, NAN, NAN, NAN}, NAN);
    assert_true(flow.last < 0 && flow.vanishing < 0 && flow.exploding < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_even_gradient_is_healthy),
        cmocka_unit_test(the_layer_farthest_below_the_last_vanishes),
        cmocka_unit_test(the_layer_farthest_above_the_last_explodes),
        cmocka_unit_test(a_layer_without_a_living_channel_is_dead),
        cmocka_unit_test(a_model_without_parameters_has_no_flow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
