/* Warnings about the first step, from figures of it. */
#include "tests/src/check/facts.h"

#include <math.h>

static const char job[] = "data: {train: t.h5}\nbatch: 100\nepochs: 1\nloss: cross_entropy\n"
                          "optimizer: {sgd: {lr: 0.1}}\nmodel: [{dense: 8}, relu, {dense: 3}]\n";

/* What is found where the layers have these norms of gradients, deviations of outputs and share
 * of dead channels. */
static const char *find(double norm, double deviation, double dead, double loss)
{
    const struct ls_watch_layer layers[] = {
        {.grad_norm = norm, .deviation = deviation, .dead = NAN},
        {.grad_norm = NAN, .deviation = deviation, .dead = dead},
        {.grad_norm = 1, .deviation = 1, .dead = NAN}};
    return find_in(job, &(struct facts){.first = layers, .first_loss = loss});
}

static void a_healthy_step_raises_nothing(void **state)
{
    (void)state;
    assert_string_equal(find(1e-3, 0.2, 0.5, 1.2), "");
}

static void a_vanishing_gradient_is_found(void **state)
{
    (void)state;
    assert_non_null(strstr(find(1e-7, 0.2, 0, 1), "vanishing: job.yaml:6: the gradient vanishes on "
                                                  "its way back: 1e-07 at dense1, 1 at dense2; "));
    assert_non_null(strstr(find(1, 1e-8, 0, 1), "the outputs of dense1 are the same for all "));
}

static void an_exploding_gradient_is_found(void **state)
{
    (void)state;
    assert_non_null(strstr(find(1e9, 0.2, 0, 1), "exploding: job.yaml:6: the gradient explodes on "
                                                 "its way back: 1e+09 at dense1, 1 at dense2; "));
    assert_non_null(strstr(find(1, 1e8, 0, 1), "the outputs of dense1 deviate by 1e+08; "));
}

static void a_dead_layer_is_found(void **state)
{
    (void)state;
    assert_non_null(strstr(find(1, 1, 1, 1), "dead: job.yaml:6: every output of relu1 is 0 "));
}

static void a_loss_far_above_a_guess_is_found(void **state)
{
    (void)state;
    assert_non_null(strstr(find(1, 1, 0, 50),
                           "first_loss: job.yaml:4: the loss begins at 50, where "
                           "a blind guess has about 1.1: "));
}

static void a_step_that_fails_is_found(void **state)
{
    (void)state;
    const struct ls_watch_layer none[3] = {{0}};
    assert_string_equal(
        find_in(job, &(struct facts){.first = none, .failure = "step 1: the loss is nan"}),
        "diverged: the first step fails: step 1: the loss is nan; bring inputs and initial weights "
        "to a scale near 1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_step_raises_nothing),
        cmocka_unit_test(a_vanishing_gradient_is_found),
        cmocka_unit_test(an_exploding_gradient_is_found),
        cmocka_unit_test(a_dead_layer_is_found),
        cmocka_unit_test(a_loss_far_above_a_guess_is_found),
        cmocka_unit_test(a_step_that_fails_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
