/* Layer-sequential unit variance: what it leaves has variance 1, layer by layer, and the same bits
 * on any number of ranks. */
#include "tests/comm/peers.h"

#include "tests/bench.h"

#include <math.h>
#include <string.h>

#include "src/step/lsuv.h"
#include "src/step/watch.h"

static const struct bench_setup setup = {.model = "- conv: {out: 5, kernel: 3, init: lsuv}\n"
                                                  "- relu\n"
                                                  "- conv: {out: 6, kernel: 3, init: lsuv}\n"
                                                  "- bn\n"
                                                  "- relu\n"
                                                  "- flatten\n"
                                                  "- dense: {out: 9, name: own}\n"
                                                  "- elu\n"
                                                  "- dense: {out: 3, init: lsuv}\n",
                                         .input = {3, 2, 6, 6},
                                         .samples = 61,
                                         .batch = 61};
enum { CONV = 0, CONV2 = 2, OWN = 6, LAST = 8, LAYERS = 9 };

static bool run(struct bench *b, struct ls_watch *watch, const struct ls_peers *peers)
{
    bench_init(b, &setup, peers);
    return ls_lsuv_is_wanted(&b->model) && ls_watch_init(watch, &b->trainer, &b->arena) == LS_OK &&
           ls_lsuv(&b->trainer, ls_loader_next(b->loader)) == LS_OK;
}

static void outputs_have_unit_variance_and_others_their_own(void **state)
{
    struct bench b, untouched;
    struct ls_watch watch;
    struct ls_record record;
    bool good = run(&b, &watch, *state);
    bench_init(&untouched, &setup, *state);
    const size_t own = untouched.model.layers[OWN].params[0].len * sizeof(real);
    good = good &&
           memcmp(b.model.layers[OWN].param[0], untouched.model.layers[OWN].param[0], own) == 0;
    good = good && !ls_lsuv_is_wanted(&(struct ls_model){0});
    watch.on = true;
    bench_load(&b, 0);
    good = good && ls_trainer_step(&b.trainer, ls_loader_next(b.loader), false, &record) == LS_OK;
    const int scaled[] = {CONV, CONV2, LAST};
    for (int i = 0; i < 3; i++)
        good = good && fabs(pow(watch.layers[scaled[i]].deviation, 2) - 1) < 0.1;
    good = good && fabs(watch.layers[OWN].deviation - 1) > 0.2;
    bench_release(&b);
    bench_release(&untouched);
    assert_all_ranks(good);
}

static void weights_have_the_same_bits_on_any_number_of_ranks(void **state)
{
    const struct ls_peers alone = ls_peers_alone();
    struct bench one, many;
    struct ls_watch watch;
    bool good = run(&one, &watch, &alone);
    good = run(&many, &watch, *state) && good;
    good =
        good && memcmp(one.model.params, many.model.params, one.model.n_params * sizeof(real)) == 0;
    bench_release(&one);
    bench_release(&many);
    assert_all_ranks(good);
}

static void constant_outputs_are_told_with_the_layer(void **state)
{
    struct bench b;
    struct ls_watch watch;
    bench_init(&b, &setup, *state);
    bool good = ls_watch_init(&watch, &b.trainer, &b.arena) == LS_OK;
    memset(b.model.layers[CONV].param[0], 0, b.model.layers[CONV].params[0].len * sizeof(real));
    ls_meet(*state);
    good = ls_lsuv(&b.trainer, ls_loader_next(b.loader)) == LS_DIVERGED && good;
    good = good && strstr(ls_message(), "lsuv: the outputs of conv1 have the variance 0 ");
    bench_release(&b);
    assert_all_ranks(good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_have_unit_variance_and_others_their_own),
        cmocka_unit_test(weights_have_the_same_bits_on_any_number_of_ranks),
        cmocka_unit_test(constant_outputs_are_told_with_the_layer),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
