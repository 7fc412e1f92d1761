#include "tests/bench.h"

#include "src/model/model.h"

static const char net[] = "- residual: [{dense: 3}, relu]\n"
                          "- dense: 2\n";

static ls_status create(struct ls_model *model, const char *freeze, struct ls_arena *arena)
{
    const struct ls_model_init init = {.freeze = {1, &freeze}};
    return ls_model_create(model, bench_yaml(net, arena), (struct ls_shape){1, 3, 1, 1},
                           ls_engine_find(NULL), 1, &init, arena);
}

static void only_the_layer_that_is_named_is_frozen(void **state)
{
    (void)state;
    struct ls_arena arena;
    struct ls_model model;
    ls_arena_init(&arena);
    assert_int_equal(create(&model, "dense1", &arena), LS_OK);
    assert_true(ls_model_layer(&model, "dense1")->frozen);
    assert_false(ls_model_layer(&model, "dense2")->frozen);
    ls_arena_release(&arena);
}

static void what_has_no_parameters_cannot_be_frozen(void **state)
{
    (void)state;
    struct ls_arena arena;
    struct ls_model model;
    ls_arena_init(&arena);
    assert_int_equal(create(&model, "residual1", &arena), LS_USAGE);
    assert_string_equal(ls_message(), "init.freeze: \"residual1\" has no parameters of its own: "
                                      "name the layers that do");
    ls_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_layer_that_is_named_is_frozen),
        cmocka_unit_test(what_has_no_parameters_cannot_be_frozen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
