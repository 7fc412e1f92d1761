#include "tests/src/layers/rig.h"

#include "src/layers/shapes.h"

struct example {
    struct ls_shape in, out;
    const char *const arguments[16];
};

static const struct example examples[] = {
    {{3, 3, 6, 5}, {3, 4, 4, 3}, {"out", "4", "kernel", "3"}},
    {{3, 3, 6, 5}, {3, 4, 6, 5}, {"out", "4", "kernel", "3", "pad", "same", "bias", "false"}},
    {{3, 3, 7, 5}, {3, 4, 4, 3}, {"out", "4", "kernel", "3", "pad", "1", "stride", "2"}},
    {{3, 3, 6, 5}, {3, 2, 6, 5}, {"out", "2", "kernel", "1"}},
    {{3, 4, 6, 5}, {3, 6, 6, 5}, {"out", "6", "kernel", "1", "groups", "2"}},
    {{3, 3, 6, 5}, {3, 2, 3, 3}, {"out", "2", "kernel", "1", "stride", "2"}},
    {{3, 3, 7, 8}, {3, 2, 7, 8}, {"out", "2", "kernel", "3", "pad", "same", "dilation", "2"}},
    {{3, 4, 5, 5}, {3, 6, 5, 5}, {"out", "6", "kernel", "3", "pad", "1", "groups", "2"}},
    {{3, 4, 5, 5}, {3, 4, 5, 5}, {"out", "4", "kernel", "3", "pad", "1", "groups", "4"}},
    {{3, 2, 8, 7},
     {3, 3, 5, 7},
     {"out", "3", "kernel", "2,3", "stride", "2,1", "pad", "1,2", "dilation", "1,2"}},
    {{3, 1, 2, 2}, {3, 1, 8, 8}, {"out", "1", "kernel", "5", "pad", "5"}},
    {{2, 3, 1, 9}, {2, 4, 1, 9}, {"out", "4", "kernel", "5", "pad", "same"}},
    {{2, 3, 1, 9}, {2, 4, 1, 4}, {"out", "4", "kernel", "3", "stride", "2"}},
    /* several blocks of rows */
    {{3, 32, 40, 24}, {3, 2, 40, 24}, {"out", "2", "kernel", "3", "pad", "same"}},
};

enum { EXAMPLES = sizeof examples / sizeof *examples };

static void conv_matches_finite_differences(void **state)
{
    (void)state;
    for (int i = 0; i < EXAMPLES; i++)
        rig_check("conv", examples[i].arguments, 1, &examples[i].in, i == EXAMPLES - 1 ? 2 : 5,
                  examples[i].out);
}

/* y of output channel k at (oy, ox) of one sample, straight from the definition. */
static double direct(const struct rig *rig, size_t sample, size_t k, size_t oy, size_t ox)
{
    const struct ls_conv_sizes *s = rig->layer.plan;
    const size_t c = s->c / s->groups, first = k / (s->k / s->groups) * c;
    double sum = rig->layer.n_params > 1 ? rig->layer.param[1][k] : 0;
    for (size_t tap = 0; tap < s->kh * s->kw; tap++) {
        const size_t y = oy * s->stride_h + tap / s->kw * s->dilation_h - s->pad_h;
        const size_t x = ox * s->stride_w + tap % s->kw * s->dilation_w - s->pad_w;
        for (size_t i = 0; i < c && y < s->h && x < s->w; i++)
            sum += rig->x[0][((sample * s->h + y) * s->w + x) * s->c + first + i] *
                   rig->layer.param[0][(k * s->kh * s->kw + tap) * c + i];
    }
    return sum;
}

static void conv_equals_the_direct_sum(void **state)
{
    (void)state;
    for (int e = 0; e < EXAMPLES; e++) {
        struct rig rig;
        assert_int_equal(rig_plan(&rig, "conv", examples[e].arguments, 1, &examples[e].in), LS_OK);
        const struct ls_shape out = rig.layer.out;
        rig_load(&rig, 3);
        rig_run(&rig, 1);
        for (size_t i = 0; i < 3 * ls_shape_len(out); i++) {
            const size_t pixel = i / out.c, row = pixel / out.w;
            const double want = direct(&rig, row / out.h, i % out.c, row % out.h, pixel % out.w);
            rig_expect(rig.y + i, &want, 1, 1e-12);
        }
        rig_release(&rig);
    }
}

static void conv_starts_as_pytorch_does(void **state)
{
    (void)state;
    const char *const arguments[] = {"out", "6", "kernel", "2,8", "groups", "2", NULL};
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "conv", arguments, 1, &(struct ls_shape){3, 8, 9, 9}), LS_OK);
    const struct ls_param *weight = &rig.layer.params[0];
    assert_int_equal(weight->axes, 4);
    assert_true(weight->channels_last);
    const size_t dims[] = {6, 4, 2, 8};
    assert_memory_equal(weight->dims, dims, sizeof dims);
    assert_true(weight->init_bound == 0.125 && rig.layer.params[1].init_bound == 0.125);
    rig_release(&rig);
}

static void conv_on_signals_has_a_weight_of_three_axes(void **state)
{
    (void)state;
    const char *const arguments[] = {"out", "6", "kernel", "5", NULL};
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "conv", arguments, 1, &(struct ls_shape){2, 8, 1, 9}), LS_OK);
    const size_t dims[] = {6, 8, 5};
    assert_int_equal(rig.layer.params[0].axes, 3);
    assert_memory_equal(rig.layer.params[0].dims, dims, sizeof dims);
    rig_release(&rig);
}

static void conv_says_why_it_does_not_fit(void **state)
{
    (void)state;
    const struct ls_shape image = {3, 16, 4, 4}, signal = {2, 16, 1, 100}, features = {1, 16, 1, 1};
    const struct {
        struct ls_shape in;
        const char *const arguments[8];
        const char *message;
    } cases[] = {
        {image,
         {"out", "4", "kernel", "7"},
         "kernel 7 is larger than its input (16, 4, 4) with pad 0"},
        {image,
         {"out", "4", "kernel", "3", "dilation", "3"},
         "kernel 3 with dilation 3 is larger than its input (16, 4, 4) with pad 0"},
        {image,
         {"out", "6", "kernel", "3", "groups", "3"},
         "groups 3 does not divide 16 input channels"},
        {image,
         {"out", "6", "kernel", "3", "groups", "4"},
         "groups 4 does not divide 6 output channels"},
        {image,
         {"out", "4", "kernel", "2", "pad", "same"},
         "pad same needs an odd kernel, got 2 with dilation 1: give pad a number"},
        {signal,
         {"out", "4", "kernel", "3,3"},
         "kernel lists 2 values, but its input (16, 100) has 1 axis besides C"},
        {features, {"out", "4", "kernel", "3"}, "takes (C, L) or (C, H, W), got features (16)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        rig_check_refusal("conv", cases[i].arguments, 1, &cases[i].in, cases[i].message);
}

static void conv_refuses_sizes_that_overflow(void **state)
{
    (void)state;
    const char *const arguments[] = {"out", "2000000000", "kernel", "3", NULL};
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "conv", arguments, 1, &(struct ls_shape){3, 64, 224, 224}),
                     LS_USAGE);
    rig_release(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conv_matches_finite_differences),
        cmocka_unit_test(conv_equals_the_direct_sum),
        cmocka_unit_test(conv_starts_as_pytorch_does),
        cmocka_unit_test(conv_on_signals_has_a_weight_of_three_axes),
        cmocka_unit_test(conv_says_why_it_does_not_fit),
        cmocka_unit_test(conv_refuses_sizes_that_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
